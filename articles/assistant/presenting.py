"""Title, description, address and structured data that were accepted for search engines, put on the article.

With a new text they wait until readers see it, and an article whose words changed meanwhile keeps them.
"""

from django.db import transaction
from django.utils import timezone

from articles.assistant.answers import Optimised
from articles.assistant.optimising import facts_after
from articles.assistant.work import facts_of
from articles.describing import Facts, describe, give_address
from articles.models import Article, Presentation, Suggestion
from audit.actors import Actor
from audit.recording import record


def when_live(article: Article) -> None:
    """Readers see another text: what was accepted together with it becomes true with it."""
    accepted = Suggestion.objects.filter(
        version_id=article.published_version_id, kind=Suggestion.Kind.SEO, state=Suggestion.State.ACCEPTED
    ).first()
    _outdate(article)
    if accepted is None or facts_of(article) != accepted.facts:
        return
    answer = Optimised.model_validate(accepted.answer)
    actor = Actor("system", "assistant", f"as accepted by {accepted.decided_by_label}"[:200])
    present(article=article, facts=facts_after(article, answer), answer=answer, actor=actor)


@transaction.atomic
def present(*, article: Article, facts: dict[str, str], answer: Optimised, actor: Actor) -> None:
    wanted = {**vars(Facts.of(article)), "title": facts["title"], "description": facts["description"]}
    describe(article=article, facts=Facts(**wanted), actor=actor)
    if facts["slug"] != article.slug:
        give_address(article=article, slug=facts["slug"], actor=actor)
    shown = {
        "schema_type": answer.schema_type,
        "keywords": [word.strip() for word in answer.keywords],
        "share_title": answer.share_title.strip(),
        "share_description": answer.share_description.strip(),
    }
    set_now = {"set_by_label": actor.label, "set_at": timezone.now()}
    Presentation.objects.update_or_create(article=article, defaults={**shown, **set_now})
    record(actor=actor, action="article.presented", target=("article", str(article.pk)), after=shown)


def _outdate(article: Article) -> None:
    """What was suggested for an earlier text is no longer to be accepted."""
    earlier = Suggestion.objects.filter(article=article, state=Suggestion.State.PROPOSED)
    earlier.exclude(base_id=article.published_version_id).update(state=Suggestion.State.STALE)
