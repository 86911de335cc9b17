"""The customer's and the editor's decisions on an order: regenerate, submit, withdraw, approve, reject.

What goes live is what was read, byte for byte; a customer can say yes or ask again, and never sends a word.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from articles import publishing, versions
from articles.generation import name_after
from articles.models import Article, ArticleVersion
from articles.placements import NewPlacement
from audit.actors import Actor
from audit.recording import record
from backlinks import certifying, integration, letters
from backlinks.actors import WRITER
from backlinks.candidates import passing
from backlinks.models import Order, OrderStatus
from backlinks.moves import WrongState, move
from backlinks.rebasing import DoesNotApply, rebase, submittable
from backlinks.rechecking import before_approval
from queues.models import Job


class AlreadyRunning(Exception):
    """A job for this order is under way."""


class NoSuchCandidate(Exception):
    """There is no such version to submit: not of this order, not passed, or decided already."""


class ReasonMissing(Exception):
    """A rejection must tell the customer why."""


class NotTheOneRead(Exception):
    """The order is no longer about the version, or the hashes, that the editor read."""


class Outcome(StrEnum):
    LIVE = "live"
    NEEDS_ANOTHER_LOOK = "needs_another_look"
    BACK_TO_CUSTOMER = "back_to_customer"


@dataclass(frozen=True)
class Approval:
    """What became of an approval. When it needs another look, `version` is the one to approve by its own hashes."""

    outcome: Outcome
    version: ArticleVersion


@dataclass(frozen=True)
class Read:
    """What the editor had before them: the version, and the hashes of its text and of the text it was made for."""

    version_id: int
    body_sha256: str
    base_sha256: str


@transaction.atomic
def regenerate(*, order: Order, actor: Actor) -> Job:
    """Have another version written, from the published text. Raises WrongState, Disputed or AlreadyRunning."""
    order = _locked(order)
    move(order, OrderStatus.PROCESSING, actor=actor, regeneration_count=order.regeneration_count + 1)
    enqueued = integration.begin(order)
    if not enqueued.created or enqueued.job is None:
        raise AlreadyRunning(f"order {order.pk}")
    return enqueued.job


@transaction.atomic
def submit(*, order: Order, actor: Actor, version_id: int | None = None) -> Order:
    """Give a candidate to the editor: the newest that fits, or the one named.

    Raises WrongState, Disputed, NoSuchCandidate, or DoesNotApply when the article moved and its change no longer fits.
    """
    article, order = _locked_article(order), _locked(order)
    version = _chosen(order, version_id)
    if version.base_id != article.published_version_id:
        version = rebase(version, article)
    move(order, OrderStatus.ADMIN_REVIEW, actor=actor, submitted_version=version)
    versions.submit(version=version, actor=actor)
    letters.submitted(order, version)
    return order


@transaction.atomic
def withdraw(*, order: Order, actor: Actor) -> Order:
    """The customer takes a submission back. Raises WrongState or Disputed."""
    order = _locked(order)
    move(order, OrderStatus.QUALITY_CHECK, actor=actor)
    versions.withdraw(version=_submitted(order), actor=actor)
    return order


def approve(*, order: Order, read: Read, actor: Actor) -> Approval:
    """Publish exactly what was read, with its link. When the article moved meanwhile nothing goes live: see Approval.

    Raises WrongState, Disputed, NotTheOneRead, TargetUnsafe, or articles.publishing.BreaksPaidLink. The target is
    visited first, so not to be called in a transaction.
    """
    before_approval(order)
    return approve_vetted(order=order, read=read, actor=actor)


@transaction.atomic
def approve_vetted(*, order: Order, read: Read, actor: Actor) -> Approval:
    """The same for a caller who has just visited the target, `rechecking.before_approval`."""
    article, order = _locked_article(order), _locked(order)
    if order.status != OrderStatus.ADMIN_REVIEW:
        raise WrongState(order, OrderStatus.COMPLETED)
    version = _submitted(order)
    if _hashes(version) != read:
        raise NotTheOneRead(f"order {order.pk}")
    if version.base_id != article.published_version_id:
        return _follow_the_article(order, version, article)
    _publish(order, version, actor)
    return Approval(Outcome.LIVE, version)


def submitted_hashes(order: Order) -> Read:
    """Of what lies with the editor."""
    return _hashes(_submitted(order))


@transaction.atomic
def reject(*, order: Order, actor: Actor, reason: str) -> Order:
    """Send the submission back with a reason for the customer. Raises WrongState, Disputed or ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(f"order {order.pk}")
    order = _locked(order)
    move(order, OrderStatus.REJECTED, actor=actor, reason=reason)
    version = versions.reject(version=_submitted(order), actor=actor, reason=reason)
    letters.changes_requested(order, version, reason)
    record(actor=actor, action="order.rejected", target=("order", str(order.pk)), reason=reason)
    return order


def _locked_article(order: Order) -> Article:
    """Before the order, as everywhere."""
    return Article.objects.select_for_update().get(pk=order.article_id)


def _locked(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).select_related("article").get(pk=order.pk)


def _chosen(order: Order, version_id: int | None) -> ArticleVersion:
    if version_id is None:
        found = submittable(order)
    else:
        found = next((version for version in passing(order) if version.pk == version_id), None)
    if order.status != OrderStatus.QUALITY_CHECK:
        raise WrongState(order, OrderStatus.ADMIN_REVIEW)
    if found is None:
        raise NoSuchCandidate(f"order {order.pk} has no such version to submit")
    return found


def _submitted(order: Order) -> ArticleVersion:
    assert order.submitted_version_id is not None  # a constraint of the state
    return ArticleVersion.objects.select_related("base").get(pk=order.submitted_version_id)


def _hashes(version: ArticleVersion) -> Read:
    return Read(version.pk, version.sha256, version.base.sha256 if version.base else "")


def _publish(order: Order, version: ArticleVersion, actor: Actor) -> None:
    read = _hashes(version)
    if order.is_for_article:
        order.article = name_after(version)
    versions.approve(version=version, body_sha256=read.body_sha256, actor=actor)
    live = publishing.publish(
        version=version,
        body_sha256=read.body_sha256,
        expected_published_id=version.base_id,
        placement=NewPlacement(order.target_url, order.anchor_text, ("order", str(order.pk))),
        actor=actor,
    )
    move(order, OrderStatus.COMPLETED, actor=actor)
    assert live.published_at is not None  # it is published
    certifying.issue(order, live, live_since=live.published_at)
    record(
        actor=actor,
        action="order.approved",
        target=("order", str(order.pk)),
        after={"version": version.pk, "sha256": read.body_sha256, "base_sha256": read.base_sha256},
    )
    letters.article_live(order, version)


def _follow_the_article(order: Order, version: ArticleVersion, article: Article) -> Approval:
    """The same change on the new text waits for its own approval; where it no longer applies, the customer decides."""
    versions.withdraw(version=version, actor=WRITER, reason="Another version of the article went live.")
    try:
        moved = rebase(version, article)
    except DoesNotApply as problem:
        move(order, OrderStatus.QUALITY_CHECK, actor=WRITER, reason=f"The article changed: {problem}")
        letters.base_moved(order, version)
        return Approval(Outcome.BACK_TO_CUSTOMER, version)
    versions.submit(version=moved, actor=WRITER)
    Order.objects.filter(pk=order.pk).update(submitted_version=moved)
    return Approval(Outcome.NEEDS_ANOTHER_LOOK, moved)
