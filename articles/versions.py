"""Proposing texts and moving them through their states, each move one guarded UPDATE and one line of audit.

Never changes what readers see: that is `publishing`, through the same `move`.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from articles.models import Article, ArticleVersion
from audit.actors import Actor
from audit.recording import record
from workflows.triggers import fire

Status = ArticleVersion.Status
VERSION, SAVED = "article_version", "article_saved"  # what workflows hear of

MOVES: dict[Status, frozenset[Status]] = {
    Status.CANDIDATE: frozenset({Status.SUBMITTED, Status.APPROVED}),
    Status.SUBMITTED: frozenset({Status.CANDIDATE, Status.APPROVED, Status.REJECTED}),
    Status.APPROVED: frozenset({Status.CANDIDATE, Status.PUBLISHED}),
    Status.PUBLISHED: frozenset({Status.SUPERSEDED}),
    Status.SUPERSEDED: frozenset(),
    Status.QC_FAILED: frozenset(),
    Status.REJECTED: frozenset(),
}


class IllegalMove(Exception):
    """A version cannot go from where it stands to where it was asked to go; nothing was written."""

    def __init__(self, version: ArticleVersion, to: Status) -> None:
        super().__init__(f"version {version.pk} cannot go from {version.status} to {to}")


class HashMismatch(Exception):
    """The hash that was read and agreed to is not the hash of these bytes."""


@dataclass(frozen=True)
class NewVersion:
    """A text somebody proposes, and how it came to be. `subject` is (type, id) of what asked for it."""

    body: str
    author_label: str
    subject: tuple[str, str] = ("", "")
    change: dict[str, Any] | None = None
    certificate: list[dict[str, Any]] = field(default_factory=list)
    backlink_metadata: dict[str, Any] | None = None


def sha256_of(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


@transaction.atomic
def propose(
    *, article: Article, base: ArticleVersion | None, new: NewVersion, announced: bool = True
) -> ArticleVersion:
    """Keep a candidate made from `base`, the version that was published when it was generated.

    Workflows hear of it, unless it is not `announced` (it goes live at once) or of an order (its customer decides).
    """
    version = _keep(article, base, new, Status.CANDIDATE)
    if announced and new.subject[0] != "order":
        fire(SAVED, (VERSION, str(version.pk)))
    return version


def keep_failed(*, article: Article, base: ArticleVersion | None, new: NewVersion) -> ArticleVersion:
    """Keep, for staff to read, the best text that quality control would not pass. It can never go live."""
    return _keep(article, base, new, Status.QC_FAILED)


def submit(*, version: ArticleVersion, actor: Actor) -> ArticleVersion:
    return move(version=version, to=Status.SUBMITTED, actor=actor, stamps={"submitted_at": timezone.now()})


def withdraw(*, version: ArticleVersion, actor: Actor, reason: str = "") -> ArticleVersion:
    """Back to the customer: they took it back, or the base moved under it and it must be looked at again."""
    stamps = {"submitted_at": None, "approved_at": None, "approved_by_label": ""}
    return move(version=version, to=Status.CANDIDATE, actor=actor, reason=reason, stamps=stamps)


def approve(*, version: ArticleVersion, body_sha256: str, actor: Actor) -> ArticleVersion:
    """Put a name to exactly these bytes; raises HashMismatch when they are not the ones that were read."""
    if version.sha256 != body_sha256:
        raise HashMismatch(f"version {version.pk} has hash {version.sha256}, approved was {body_sha256}")
    stamps = {"approved_at": timezone.now(), "approved_by_label": actor.label}
    return move(version=version, to=Status.APPROVED, actor=actor, stamps=stamps)


def reject(*, version: ArticleVersion, actor: Actor, reason: str) -> ArticleVersion:
    return move(version=version, to=Status.REJECTED, actor=actor, reason=reason)


@transaction.atomic
def move(
    *, version: ArticleVersion, to: Status, actor: Actor, reason: str = "", stamps: dict[str, Any] | None = None
) -> ArticleVersion:
    """The one way a version changes state; raises IllegalMove when it may not, or when somebody was faster."""
    was, stamps = Status(version.status), stamps or {}
    here = ArticleVersion.objects.filter(pk=version.pk, status=was)
    if to not in MOVES[was] or not here.update(status=to, **stamps):
        raise IllegalMove(version, to)
    version.status = to
    for name, value in stamps.items():
        setattr(version, name, value)
    record(
        actor=actor,
        action=f"article_version.{to}",
        target=("article_version", str(version.pk)),
        reason=reason,
        before={"status": was},
        after={"status": to, "sha256": version.sha256, "article": version.article_id},
    )
    return version


@transaction.atomic
def _keep(article: Article, base: ArticleVersion | None, new: NewVersion, status: Status) -> ArticleVersion:
    # The article's row is what numbers are handed out under: two workers proposing at once get two numbers.
    Article.objects.select_for_update().get(pk=article.pk)
    last = ArticleVersion.objects.filter(article=article).aggregate(last=Max("number"))["last"] or 0
    body = new.body.encode()
    subject_type, subject_id = new.subject
    return ArticleVersion.objects.create(
        article=article,
        number=last + 1,
        body=new.body,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        status=status,
        base=base,
        subject_type=subject_type,
        subject_id=subject_id,
        change=new.change,
        certificate=new.certificate,
        backlink_metadata=new.backlink_metadata,
        author_label=new.author_label,
    )
