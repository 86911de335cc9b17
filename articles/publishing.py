"""The only writer of what is live.

Readers get exactly the bytes that were approved, on exactly the base they were approved against;
no paid link is ever lost.
"""

from django.db import transaction
from django.utils import timezone

from articles import going_live
from articles.markdown.splice import Change
from articles.markdown.unlinking import mentions, without_link
from articles.models import Article, ArticleVersion, Brief, Placement
from articles.placements import NewPlacement, broken_links, live_placements, measure_linkability, revived_links
from articles.versions import HashMismatch, NewVersion, Status, approve, move, propose, sha256_of
from audit.actors import Actor
from audit.recording import record

__all__ = [
    "BaseMoved",
    "BreaksPaidLink",
    "HashMismatch",
    "IsCommissioned",
    "NotApproved",
    "NotLive",
    "RevivesPaidLink",
    "is_commissioned",
    "publish",
    "restore",
    "retract",
]


class IsCommissioned(Exception):
    """Somebody ordered this article, and their text decides what it is until it went live."""


class NotApproved(Exception):
    """Only an approved version can go live."""


class BaseMoved(Exception):
    """Another version went live since; `published_id` is what readers see now."""

    def __init__(self, published_id: int | None) -> None:
        super().__init__(f"the published version is now {published_id}")
        self.published_id = published_id


class BreaksPaidLink(Exception):
    """The text does not carry every paid link exactly once, as it was bought."""

    def __init__(self, hrefs: list[str]) -> None:
        super().__init__("not standing exactly once as bought: " + ", ".join(hrefs))
        self.hrefs = hrefs


class RevivesPaidLink(BreaksPaidLink):
    """In the text a link would stand that was paid for and taken out: nobody would watch it or answer for it."""


class NotLive(Exception):
    """The placement had ended before."""


def is_commissioned(article: Article) -> bool:
    """Whether its first text is for whoever ordered it to judge, and brings their link; not for the desk."""
    return (
        article.published_version_id is None and Brief.objects.filter(article=article).exclude(subject_type="").exists()
    )


@transaction.atomic
def publish(
    *,
    version: ArticleVersion,
    body_sha256: str,
    expected_published_id: int | None,
    placement: NewPlacement | None,
    actor: Actor,
) -> ArticleVersion:
    """Make an approved version what readers see, together with the bought link it brings.

    `body_sha256` and `expected_published_id` are what the approver saw. Raises HashMismatch, NotApproved, BaseMoved,
    IsCommissioned or BreaksPaidLink; then nothing was written.
    """
    article = Article.objects.select_for_update().get(pk=version.article_id)
    version = ArticleVersion.objects.select_for_update().get(pk=version.pk)
    version.article = article
    if not version.sha256 == body_sha256 == sha256_of(version.body):
        raise HashMismatch(f"version {version.pk} has hash {version.sha256}, agreed was {body_sha256}")
    if version.status != Status.APPROVED:
        raise NotApproved(f"version {version.pk} is {version.status}")
    if not article.published_version_id == expected_published_id == version.base_id:
        raise BaseMoved(article.published_version_id)
    expected: list[Placement | NewPlacement] = [*live_placements(article)]
    if placement:
        expected.append(placement)
    elif is_commissioned(article):
        raise IsCommissioned(f"article {article.pk}")
    if broken := broken_links(version.body, expected):
        raise BreaksPaidLink([link.href for link in broken])
    if revived := revived_links(version.body, article, expected):
        raise RevivesPaidLink(revived)
    _go_live(article, version, actor)
    if placement:
        _place(article, version, placement)
    measure_linkability(article, version.body)
    going_live.tell(article)
    return version


@transaction.atomic
def retract(*, placement: Placement, undo: Change | None, reason: str, actor: Actor) -> ArticleVersion | None:
    """Make what readers see the same text without one bought link, and end its placement; None, and no new text, where
    nothing is left of the link.

    `undo` is the change that brought the link. Raises NotLive, markdown.unlinking.LinkNotFound or BreaksPaidLink; then
    nothing was written.
    """
    article = Article.objects.select_for_update().get(pk=placement.article_id)
    if not Placement.objects.live().filter(pk=placement.pk).exists():
        raise NotLive(f"placement {placement.pk}")
    base = article.published_version
    assert base is not None  # nothing is taken out of what was never published
    version, body, ended_at = None, base.body, timezone.now()
    if mentions(base.body, placement.href):
        body = without_link(base.body, href=placement.href, anchor=placement.anchor, undo=undo)
        if broken := broken_links(body, [link for link in live_placements(article) if link.pk != placement.pk]):
            raise BreaksPaidLink([link.href for link in broken])
        new = NewVersion(body=body, author_label="a link taken out", subject=("placement", str(placement.pk)))
        version = propose(article=article, base=base, new=new, announced=False)
        version = approve(version=version, body_sha256=version.sha256, actor=actor)
        _go_live(article, version, actor)
        going_live.tell(article)
        ended_at = article.updated_at
    Placement.objects.filter(pk=placement.pk).update(ended_at=ended_at, end_reason=reason)
    measure_linkability(article, body)
    record(actor=actor, action="placement.ended", target=("placement", str(placement.pk)), reason=reason)
    return version


@transaction.atomic
def restore(*, base: ArticleVersion, body: str, reason: str, actor: Actor) -> ArticleVersion:
    """Make what readers see a text in which paid links that were lost stand again.

    Raises BaseMoved, or BreaksPaidLink when it would lose one that stands; then nothing was written.
    """
    article = Article.objects.select_for_update().get(pk=base.article_id)
    if article.published_version_id != base.pk or article.status != Article.Status.PUBLISHED:
        raise BaseMoved(article.published_version_id)
    expected = live_placements(article)
    were_lost = broken_links(base.body, expected)
    still_lost = broken_links(body, expected)
    if worse := [link for link in still_lost if link not in were_lost]:
        raise BreaksPaidLink([link.href for link in worse])
    version = propose(
        article=article, base=base, new=NewVersion(body=body, author_label="a lost link put back"), announced=False
    )
    version = approve(version=version, body_sha256=version.sha256, actor=actor)
    _go_live(article, version, actor)
    measure_linkability(article, body)
    going_live.tell(article)
    record(actor=actor, action="article.links_restored", target=("article", str(article.pk)), reason=reason)
    return version


def _go_live(article: Article, version: ArticleVersion, actor: Actor) -> None:
    now, previous_id = timezone.now(), article.published_version_id
    if previous_id is not None:
        move(version=ArticleVersion.objects.get(pk=previous_id), to=Status.SUPERSEDED, actor=actor)
    move(version=version, to=Status.PUBLISHED, actor=actor, stamps={"published_at": now})
    article.published_version, article.status, article.updated_at = version, Article.Status.PUBLISHED, now
    article.save(update_fields=["published_version", "status", "updated_at"])
    record(
        actor=actor,
        action="article.published",
        target=("article", str(article.pk)),
        before={"version": previous_id},
        after={"version": version.pk, "sha256": version.sha256},
    )


def _place(article: Article, version: ArticleVersion, placement: NewPlacement) -> None:
    subject_type, subject_id = placement.subject
    Placement.objects.create(
        article=article,
        version_first=version,
        href=placement.href,
        anchor=placement.anchor,
        subject_type=subject_type,
        subject_id=subject_id,
        live_since=article.updated_at,
    )
