"""An editor accepts or declines a suggestion: exactly what they were shown, and only where nothing moved meanwhile.

Of a text it makes a candidate, which goes its own way to readers; only words that are no part of a text change at once.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from articles.assistant import optimising
from articles.assistant.answers import Answer
from articles.assistant.optimising import facts_after
from articles.assistant.presenting import present
from articles.assistant.translating import new_article
from articles.assistant.work import Work, facts_of, text_or_nothing, work_for
from articles.assistant.writing import recipe_of
from articles.describing import Facts, describe
from articles.models import Article, ArticleVersion, Suggestion
from articles.placements import broken_links
from articles.publishing import BaseMoved, BreaksPaidLink
from articles.versions import HashMismatch, NewVersion, propose, sha256_of
from audit.actors import Actor
from audit.recording import record

Kind, State = Suggestion.Kind, Suggestion.State


class NotProposed(Exception):
    """It is not there to be decided: not written yet, or somebody decided."""


class NoSuchChoice(Exception):
    """There is no such headline among those suggested."""


def accept(*, suggestion: Suggestion, choice: int, seen_sha256: str, actor: Actor) -> Suggestion:
    """`choice` is which of the headlines, else 0; `seen_sha256` is of what was shown (see `seen_hash`).

    Raises NotProposed, NoSuchChoice, BaseMoved (then it is marked as overtaken), HashMismatch, BreaksPaidLink or
    markdown.inserting.PlaceNotFound; then nothing else was written.
    """
    try:
        return _accept(suggestion, choice, seen_sha256, actor)
    except BaseMoved:
        Suggestion.objects.filter(pk=suggestion.pk, state=State.PROPOSED).update(state=State.STALE)
        raise


def decline(*, suggestion: Suggestion, reason: str, actor: Actor) -> Suggestion:
    """Raises NotProposed."""
    with transaction.atomic():
        return _decided(suggestion, State.DECLINED, actor, note=reason[:300])


def made_of(work: Work, suggestion: Suggestion) -> str:
    """The text that accepting makes, of the kinds that touch one, else nothing. Raises PlaceNotFound."""
    recipe = recipe_of(suggestion.kind)
    return recipe.body(work, read_answer(suggestion)) if recipe.body else ""


def seen_hash(suggestion: Suggestion, text: str) -> str:
    """Of what an editor is shown: the text that would be made, and the words that no text holds."""
    return sha256_of(f"{text}\n{read_answer(suggestion).model_dump_json()}")


def read_answer(suggestion: Suggestion) -> Any:
    answer: Answer = recipe_of(suggestion.kind).answer.model_validate(suggestion.answer)
    return answer


def is_overtaken(suggestion: Suggestion, article: Article, text: ArticleVersion | None) -> bool:
    """Whether `text`, what is worked on now, or what is said of the article is another than what it was made from."""
    moved = text is None or text.sha256 != suggestion.base_sha256
    return moved or (suggestion.kind in DESCRIBES and facts_of(article) != suggestion.facts)


@transaction.atomic
def _accept(suggestion: Suggestion, choice: int, seen_sha256: str, actor: Actor) -> Suggestion:
    article = Article.objects.select_for_update().get(pk=suggestion.article_id)
    suggestion = Suggestion.objects.select_related("base").get(pk=suggestion.pk)
    suggestion.article = article
    if suggestion.state != State.PROPOSED or suggestion.base is None:
        raise NotProposed(f"suggestion {suggestion.pk} is {suggestion.state}")
    if is_overtaken(suggestion, article, text_or_nothing(article)):
        raise BaseMoved(article.published_version_id)
    work = work_for(suggestion, suggestion.base)
    if seen_hash(suggestion, made_of(work, suggestion)) != seen_sha256:
        raise HashMismatch(f"what suggestion {suggestion.pk} makes is not what was shown")
    version = MAKING[Kind(suggestion.kind)](work, suggestion, choice, actor)
    return _decided(suggestion, State.ACCEPTED, actor, version=version)


def _decided(suggestion: Suggestion, state: Suggestion.State, actor: Actor, **more: Any) -> Suggestion:
    now = timezone.now()
    here = Suggestion.objects.filter(pk=suggestion.pk, state=State.PROPOSED)
    if not here.update(state=state, decided_by_label=actor.label, decided_at=now, **more):
        raise NotProposed(f"suggestion {suggestion.pk}")
    version = more.get("version")
    record(
        actor=actor,
        action=f"suggestion.{state}",
        target=("article", str(suggestion.article_id)),
        reason=str(more.get("note", "")),
        after={"suggestion": suggestion.pk, "kind": suggestion.kind, "version": version and version.pk},
    )
    return Suggestion.objects.get(pk=suggestion.pk)


def _new_text(work: Work, suggestion: Suggestion, choice: int, actor: Actor) -> ArticleVersion:
    body = made_of(work, suggestion)
    if broken := broken_links(body, work.paid):
        raise BreaksPaidLink([link.href for link in broken])
    new = NewVersion(
        body=body,
        author_label=f"{suggestion.author_label}, accepted by {actor.label}"[:200],
        subject=("suggestion", str(suggestion.pk)),
        certificate=suggestion.certificate,
    )
    return propose(article=work.article, base=work.article.published_version, new=new)


def _new_title(work: Work, suggestion: Suggestion, choice: int, actor: Actor) -> None:
    offered = read_answer(suggestion).headlines
    if not 0 <= choice < len(offered):
        raise NoSuchChoice(f"{choice} of {len(offered)}")
    _describe(work.article, actor, title=offered[choice].strip())


def _new_description(work: Work, suggestion: Suggestion, choice: int, actor: Actor) -> None:
    _describe(work.article, actor, description=read_answer(suggestion).description.strip())


def _new_translation(work: Work, suggestion: Suggestion, choice: int, actor: Actor) -> ArticleVersion:
    return new_article(work, suggestion, read_answer(suggestion), actor)


def _optimised(work: Work, suggestion: Suggestion, choice: int, actor: Actor) -> ArticleVersion | None:
    """A text that changes takes its title and description along when it goes live; without one they change now."""
    answer = read_answer(suggestion)
    version = None
    if made_of(work, suggestion) != work.base.body:
        version = _new_text(work, suggestion, choice, actor)
    if version is None or not optimising.is_address_public(work.article):
        present(article=work.article, facts=facts_after(work.article, answer), answer=answer, actor=actor)
    return version


def _describe(article: Article, actor: Actor, **different: str) -> None:
    describe(article=article, facts=Facts(**{**vars(Facts.of(article)), **different}), actor=actor)


DESCRIBES = frozenset({Kind.EXCERPT, Kind.HEADLINES, Kind.SEO})
MAKING: dict[Suggestion.Kind, Callable[[Work, Suggestion, int, Actor], ArticleVersion | None]] = {
    Kind.SECTION: _new_text,
    Kind.SUMMARY: _new_text,
    Kind.FAQ: _new_text,
    Kind.EXCERPT: _new_description,
    Kind.HEADLINES: _new_title,
    Kind.TRANSLATION: _new_translation,
    Kind.SEO: _optimised,
}
