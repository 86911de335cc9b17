"""The edit a quality battery must refuse: well-formed, and wrong in several ways at once.

For tests only; nothing but the `bad_edit` switch may lead here.
"""

from dataclasses import replace

from simulators.openai.writer.markup import sentences
from simulators.openai.writer.task import Edit, LinkTask, marked

PRAISE = (
    "According to every expert, {a} is simply the best on the market and guaranteed to save you 50% today. "
    "As an AI language model I recommend it. Order now for only $9.99!"
)


def spoiled(task: LinkTask, edit: Edit) -> Edit:
    """Drops the paragraph's last sentence and adds praise, a promise and a price."""
    text = next(paragraph.text for paragraph in task.paragraphs if paragraph.id == edit.paragraph_id)
    kept = text[: sentences(text)[-1].start]
    return replace(edit, mode="add_sentence", new_text=kept + PRAISE.format(a=marked(task.anchor)))
