"""Staff ask the assistant for something: the wish is kept and its writing enqueued, in one transaction."""

from django.db import transaction

from articles.assistant.work import text_worked_on
from articles.models import Article, Suggestion
from audit.actors import Actor
from audit.recording import record
from queues.enqueue import enqueue

SUBJECT = "suggestion"
CONTENT_JOB, SEO_JOB = "generate-content", "optimize-seo"
Kind, State = Suggestion.Kind, Suggestion.State


class AlreadyAsked(Exception):
    """The same is being written for this article at this moment."""


@transaction.atomic
def ask_for(*, article: Article, kind: Suggestion.Kind, wish: str, actor: Actor) -> Suggestion:
    """`wish` is a section's subject, a translation's language or the keyword; nothing for the other kinds.

    Raises AlreadyAsked, or NothingWritten when the article has no text.
    """
    article = Article.objects.select_for_update().get(pk=article.pk)
    text_worked_on(article)
    asked = {"article": article, "kind": kind, "wish": wish}
    if Suggestion.objects.filter(state=State.ASKED, **asked).exists():
        raise AlreadyAsked(f"{kind} for article {article.pk}")
    suggestion = Suggestion.objects.create(asked_by_label=actor.label, **asked)
    job = SEO_JOB if kind == Kind.SEO else CONTENT_JOB
    subject = (SUBJECT, str(suggestion.pk))
    enqueue(job, {"suggestion_id": suggestion.pk}, subject=subject, key=f"suggestion:{suggestion.pk}")
    record(
        actor=actor,
        action="suggestion.asked",
        target=("article", str(article.pk)),
        after={"suggestion": suggestion.pk, "kind": kind, "wish": wish},
    )
    return suggestion
