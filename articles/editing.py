"""The desk's own changes of a text: each a new candidate, never a version changed, and none behind another's back.

What an editor had before them is said with every save; a save that would pass over newer work is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from diff_match_patch import diff_match_patch
from django.db import transaction
from django.db.models import Q, QuerySet

from articles.markdown.lines import line_ending, with_line_endings
from articles.models import Article, ArticleVersion, ScheduledPublication
from articles.placements import broken_links, live_placements, revived_links
from articles.publishing import BreaksPaidLink, IsCommissioned, RevivesPaidLink, is_commissioned, publish
from articles.versions import NewVersion, Status, approve, propose
from audit.actors import Actor
from audit.recording import record

LONGEST = 1_000_000  # bytes of one text in UTF-8


class SavedMeanwhile(Exception):
    """Somebody saved a newer text, or one went live, since the editor began; `newer` is that version."""

    def __init__(self, newer: ArticleVersion) -> None:
        super().__init__(f"version {newer.number} by {newer.author_label} came meanwhile")
        self.newer = newer


class NeverLive(Exception):
    """Only what readers saw before can be brought back."""


class NothingChanged(Exception):
    """These are the very bytes the editor began with."""


class Unkeepable(ValueError):
    """The text cannot be kept; the message says why and what to do."""


@dataclass(frozen=True)
class Seen:
    """What an editor had before them: the ids of the desk's newest version and of the live one; 0 for none."""

    newest: int
    live: int


def desk_versions(article: Article) -> QuerySet[ArticleVersion]:
    """Those that are the desk's to build on: an order's texts are its customer's until they were live."""
    was_live = Q(status__in=[Status.PUBLISHED, Status.SUPERSEDED])
    kept = article.versions.filter(~Q(subject_type="order") | was_live).exclude(status=Status.QC_FAILED)
    return kept.order_by("-number")


def start_of(article: Article) -> ArticleVersion | None:
    """What an edit begins with: the desk's newest text, or the live one where that is newer."""
    return desk_versions(article).first()


def seen_of(article: Article) -> Seen:
    newest = start_of(article)
    return Seen(newest.pk if newest else 0, article.published_version_id or 0)


@transaction.atomic
def save(*, article: Article, body: str, seen: Seen, began_with: ArticleVersion | None, actor: Actor) -> ArticleVersion:
    """Keep the text as a candidate on what is live now.

    `body` may come from a browser: its line endings become those of the text it began with. Raises SavedMeanwhile,
    NothingChanged, Unkeepable, IsCommissioned or BreaksPaidLink; then nothing was written.
    """
    article = _locked(article)
    if is_commissioned(article):
        raise IsCommissioned(f"article {article.pk}")
    body = with_line_endings(body, line_ending(began_with.body) if began_with else "\n")
    if began_with is not None and body == began_with.body:
        raise NothingChanged
    _check_keepable(body)
    if (now := seen_of(article)) != seen:
        newer = now.newest if now.newest != seen.newest else now.live
        raise SavedMeanwhile(ArticleVersion.objects.get(pk=newer))
    return _propose(article, body, f"edited by {actor.label}")


@transaction.atomic
def bring_back(*, version: ArticleVersion, actor: Actor) -> ArticleVersion:
    """An earlier text once more, as a candidate on what is live now. Or NeverLive, BreaksPaidLink, NothingChanged."""
    if version.published_at is None:
        raise NeverLive
    article = _locked(version.article)
    if article.published_version is not None and article.published_version.sha256 == version.sha256:
        raise NothingChanged
    return _propose(article, version.body, f"version {version.number}, brought back by {actor.label}")


@transaction.atomic
def put_live(*, version: ArticleVersion, body_sha256: str, expected_published_id: int | None, actor: Actor) -> None:
    """Approve and publish exactly what was read; raises what those refuse, and then nothing was written."""
    _locked(version.article)  # the article before its versions, as everybody locks them
    version = ArticleVersion.objects.get(pk=version.pk)
    if version.status == Status.CANDIDATE:
        version = approve(version=version, body_sha256=body_sha256, actor=actor)
    publish(
        version=version,
        body_sha256=body_sha256,
        expected_published_id=expected_published_id,
        placement=None,
        actor=actor,
    )


@transaction.atomic
def unplan(*, version: ArticleVersion, actor: Actor) -> bool:
    """The text does not go live by itself any more; by hand it still can. False where nothing was planned."""
    planned = ScheduledPublication.objects.filter(version=version, state=ScheduledPublication.State.PLANNED)
    if not planned.update(state=ScheduledPublication.State.STOPPED, note=f"called off by {actor.label}"[:300]):
        return False
    article = ("article", str(version.article_id))
    record(actor=actor, action="article.unplanned", target=article, before={"version": version.pk})
    return True


def carried_over(version: ArticleVersion) -> str | None:
    """The changes of `version` made to what is live now; None where they no longer fit. Writes nothing."""
    live, base = version.article.published_version, version.base
    if live is None or base is None:
        return None
    differ = diff_match_patch()
    body, fitted = differ.patch_apply(differ.patch_make(base.body, version.body), live.body)
    return str(body) if all(fitted) else None


@contextmanager
def rehearsed() -> Iterator[None]:
    """What happens inside is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _propose(article: Article, body: str, author_label: str) -> ArticleVersion:
    paid = live_placements(article)
    if broken := broken_links(body, paid):
        raise BreaksPaidLink([link.href for link in broken])
    if revived := revived_links(body, article, paid):
        raise RevivesPaidLink(revived)
    new = NewVersion(body=body, author_label=author_label[:200])
    return propose(article=article, base=article.published_version, new=new)


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).select_related("published_version").get(pk=article.pk)


def _check_keepable(body: str) -> None:
    if not body.strip():
        raise Unkeepable("The text is empty. Nothing was saved; the text so far is kept as it was.")
    if "\0" in body:
        raise Unkeepable("The text holds a NUL, which cannot be kept. Remove it.")
    if len(body.encode()) > LONGEST:
        raise Unkeepable(f"The text is longer than {LONGEST:,} bytes. Shorten it.")
