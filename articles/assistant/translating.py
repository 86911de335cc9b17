"""A translation becomes an article of its own: a draft that nobody reads before it was reviewed and published."""

from articles import generation
from articles.assistant.answers import Translation
from articles.assistant.work import Work
from articles.commissioning import empty_article
from articles.drafting import with_front_matter
from articles.models import ArticleVersion, Suggestion
from articles.versions import NewVersion, propose
from audit.actors import Actor


def new_article(work: Work, suggestion: Suggestion, answer: Translation, actor: Actor) -> ArticleVersion:
    """Its first candidate, in the caller's transaction."""
    article = empty_article(title=answer.title.strip(), topic=work.article.topic, language=work.wish)
    body = with_front_matter(
        answer.body,
        title=answer.title.strip(),
        description=answer.description.strip(),
        language=work.wish,
        topic=work.article.topic,
    )
    new = NewVersion(
        body=body,
        author_label=f"{suggestion.author_label}, accepted by {actor.label}"[:200],
        subject=("suggestion", str(suggestion.pk)),
        certificate=suggestion.certificate,
    )
    version = propose(article=article, base=None, new=new)
    generation.name_after(version)
    return version
