"""A writer for tests: it adds one neutral sentence of the article's language behind a paragraph, and learns nothing.

It must never be clever: what it cannot do, the chain around it has to refuse.
"""

from articles.corpus_report import Assignment, Edit
from articles.quality.scripts import primary

SENTENCES = {
    "en": "Readers who want more background can turn to [[LINK]]{}[[/LINK]].",
    "ar": "ولمن يريد التوسع في الموضوع يمكن الرجوع إلى [[LINK]]{}[[/LINK]].",
    "de": "Wer mehr darüber lesen möchte, findet Einzelheiten in diesem Text: [[LINK]]{}[[/LINK]].",
    "es": "Para ampliar el tema puede consultarse esta [[LINK]]{}[[/LINK]].",
    "fr": "Pour aller plus loin sur ce sujet, on peut lire ce [[LINK]]{}[[/LINK]].",
    "hi": "इस विषय पर अधिक जानने के लिए [[LINK]]{}[[/LINK]] देखी जा सकती है।",
    "ko": "이 주제를 더 자세히 알고 싶다면 [[LINK]]{}[[/LINK]]를 참고할 수 있다.",
    "ru": "Подробнее об этом рассказывает [[LINK]]{}[[/LINK]].",
    "zh": "想进一步了解这个话题的读者可以参考[[LINK]]{}[[/LINK]]。",
}


def add_sentence(assignment: Assignment) -> Edit:
    """The next paragraph that has not been tried, with the sentence of its language at the end."""
    tried = {edit.paragraph_id for edit in assignment.tried}
    paragraph = next(item for item in assignment.paragraphs if item.id not in tried)
    language = primary(assignment.language)
    sentence = SENTENCES.get(language, SENTENCES["en"]).format(assignment.anchor)
    gap = "" if paragraph.source.endswith("。") else " "
    return Edit(paragraph.id, "add_sentence", f"{paragraph.source.rstrip()}{gap}{sentence}")
