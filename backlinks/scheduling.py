"""When an approved link goes live: the customer's wish, the editor's plan, and what is done when its time comes.

A plan is an approval of exactly the bytes that were read; once the order moves otherwise, it means nothing any more.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.people import may
from articles.models import Article
from articles.publishing import BreaksPaidLink
from audit.actors import Actor
from audit.recording import record
from backlinks import letters, review
from backlinks.actors import WRITER
from backlinks.alerts import Trouble, tell_staff
from backlinks.models import Order, OrderEvent, OrderStatus, PlanOutcome, PublicationPlan, PublicationWish
from backlinks.moments import Moment, spoken
from backlinks.moves import Disputed, RefundUnderWay, WrongState
from backlinks.rechecking import TargetUnsafe
from backlinks.review import Approval, NotTheOneRead, Outcome, Read
from queues.enqueue import enqueue

APPROVE = "backlinks.approve_order"
WISHABLE = (OrderStatus.PROCESSING, OrderStatus.QUALITY_CHECK, OrderStatus.ADMIN_REVIEW, OrderStatus.REJECTED)
AFTER = {Outcome.LIVE: PlanOutcome.LIVE, Outcome.BACK_TO_CUSTOMER: PlanOutcome.BACK_TO_CUSTOMER}


class MayNoLongerApprove(Exception):
    """Whoever approved it has lost the right, or the account, since."""


STOPS = (MayNoLongerApprove, TargetUnsafe, BreaksPaidLink, Disputed, RefundUnderWay, NotTheOneRead, WrongState)


class NotPlanned(Exception):
    """There is no plan, or it was over before."""


@transaction.atomic
def wish(*, order: Order, moment: Moment, actor: Actor) -> PublicationWish:
    """The customer says when they would like it live. Raises WrongState."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    if order.status not in WISHABLE:
        raise WrongState(order, OrderStatus.COMPLETED)
    kept = {"wished_for": moment.at, "zone": moment.zone, "made_at": timezone.now()}
    made, _ = PublicationWish.objects.update_or_create(order=order, defaults=kept)
    _note(actor, "order.wished", order, {"wished_for": moment.at.isoformat(), "zone": moment.zone})
    return made


@transaction.atomic
def take_wish_back(*, order: Order, actor: Actor) -> None:
    """Raises NotPlanned."""
    if not PublicationWish.objects.filter(order=order).delete()[0]:
        raise NotPlanned(f"order {order.pk}")
    _note(actor, "order.wish_taken_back", order, {})


@transaction.atomic
def plan(*, order: Order, read: Read, moment: Moment, actor: Actor) -> PublicationPlan:
    """Approve exactly what was read, for later; an earlier plan gives way. Raises WrongState, Disputed, NotTheOneRead.

    The target and the article are looked at when the time comes.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    if order.status != OrderStatus.ADMIN_REVIEW:
        raise WrongState(order, OrderStatus.COMPLETED)
    if order.disputed_at:
        raise Disputed(f"order {order.pk}")
    if review.submitted_hashes(order) != read:
        raise NotTheOneRead(f"order {order.pk}")
    _end(PublicationPlan.objects.filter(order=order), PlanOutcome.CANCELLED, "Another time was chosen.")
    made = PublicationPlan.objects.create(
        order=order,
        version_id=read.version_id,
        body_sha256=read.body_sha256,
        base_sha256=read.base_sha256,
        after_event=order.events.latest("id"),
        run_at=moment.at,
        zone=moment.zone,
        actor_type=actor.type,
        actor_id=actor.id,
        actor_label=actor.label,
    )
    once = f"plan:{made.pk}"
    enqueue("publish-planned", {"plan_id": made.pk}, subject=("order_plan", str(order.pk)), once=once, run_at=moment.at)
    facts = {"version": read.version_id, "sha256": read.body_sha256, "base_sha256": read.base_sha256}
    _note(actor, "order.planned", order, {**facts, "run_at": moment.at.isoformat(), "zone": moment.zone})
    return made


@transaction.atomic
def cancel(*, order: Order, actor: Actor, reason: str = "") -> PublicationPlan:
    """The order stays with the editor. Raises NotPlanned."""
    standing = PublicationPlan.objects.select_for_update().filter(order=order, outcome=PlanOutcome.PLANNED).first()
    if standing is None or not _end(PublicationPlan.objects.filter(pk=standing.pk), PlanOutcome.CANCELLED, reason):
        raise NotPlanned(f"order {order.pk}")
    _note(actor, "order.plan_cancelled", order, {"plan": standing.pk}, reason)
    return standing


def plan_of(order: Order) -> PublicationPlan | None:
    """What stands, as long as the order has not moved since."""
    return plans_of([order.pk]).get(order.pk)


def plans_of(order_ids: Iterable[UUID]) -> dict[UUID, PublicationPlan]:
    """By order; in one query."""
    moved = OrderEvent.objects.filter(order=OuterRef("order"), pk__gt=OuterRef("after_event_id"))
    standing = PublicationPlan.objects.filter(~Exists(moved), order__in=list(order_ids), outcome=PlanOutcome.PLANNED)
    return {plan.order_id: plan for plan in standing}


def has_moved(planned: PublicationPlan) -> bool:
    return planned.order.events.filter(pk__gt=planned.after_event_id).exists()


def in_words(planned: PublicationPlan) -> str:
    return spoken(planned.run_at, planned.zone)


def due(plan_id: int) -> PublicationPlan:
    """The plan if it is to be carried out now; raises NotPlanned when it is over or the order has moved on."""
    planned = PublicationPlan.objects.select_related("order__article").get(pk=plan_id)
    if planned.outcome != PlanOutcome.PLANNED:
        raise NotPlanned(f"plan {plan_id} is {planned.outcome}")
    if has_moved(planned) or planned.order.status != OrderStatus.ADMIN_REVIEW:
        raise NotPlanned(f"order {planned.order_id} moved on")
    return planned


def carry_out(plan_id: int) -> str:
    """In the caller's transaction, the target having been looked at.

    Raises NotPlanned, MayNoLongerApprove, and as review.approve does.
    """
    _lock(PublicationPlan.objects.select_related("order").get(pk=plan_id).order)
    planned = due(plan_id)
    read = Read(planned.version_id, planned.body_sha256, planned.base_sha256)
    approver = Actor(planned.actor_type, planned.actor_id, planned.actor_label)
    if not may(approver, APPROVE):
        raise MayNoLongerApprove(approver.label)
    approval = review.approve_vetted(order=planned.order, read=read, actor=approver)
    if approval.outcome == Outcome.NEEDS_ANOTHER_LOOK:
        approval = _same_change_on_the_new_text(planned, approval, approver)
    _end(PublicationPlan.objects.filter(pk=plan_id), AFTER[approval.outcome], "")
    return str(AFTER[approval.outcome])


def stop(plan_id: int, problem: str) -> str:
    """It cannot go live as planned: the order stays with the editor, who is told. Once."""
    planned = PublicationPlan.objects.select_related("order__article").get(pk=plan_id)
    if not _end(PublicationPlan.objects.filter(pk=plan_id), PlanOutcome.STOPPED, problem):
        return "over"
    tell_staff("order.plan_stopped", ("order", str(planned.order_id)), reason=problem, facts={"plan": plan_id})
    words = f"It was to go live on {in_words(planned)}. {problem}"
    letters.to_staff(Trouble.PLAN_STOPPED, planned.order, cause=str(plan_id), message=words)
    return "stopped"


def overtaken(plan_id: int) -> str:
    """The order went another way, or the plan was cancelled: nothing to do, and nobody to tell."""
    _end(PublicationPlan.objects.filter(pk=plan_id), PlanOutcome.OVERTAKEN, "")
    return "overtaken"


def _same_change_on_the_new_text(planned: PublicationPlan, approval: Approval, approver: Actor) -> Approval:
    """The article moved, the change still fits and passed its checks: it goes live by itself, both hashes on record."""
    moved = approval.version
    assert moved.base is not None
    read = Read(moved.pk, moved.sha256, moved.base.sha256)
    record(
        actor=WRITER,
        action="order.plan_followed_article",
        target=("order", str(planned.order_id)),
        before={"sha256": planned.body_sha256, "base_sha256": planned.base_sha256},
        after={"sha256": read.body_sha256, "base_sha256": read.base_sha256},
    )
    return review.approve_vetted(order=planned.order, read=read, actor=approver)


def _lock(order: Order) -> None:
    """The article before the order, as everywhere: whether the order has moved is settled under its lock."""
    Article.objects.select_for_update().get(pk=order.article_id)
    Order.objects.select_for_update().get(pk=order.pk)


def _end(plans: QuerySet[PublicationPlan], outcome: PlanOutcome, note: str) -> int:
    standing = plans.filter(outcome=PlanOutcome.PLANNED)
    return standing.update(outcome=outcome, ended_at=timezone.now(), note=note)


def _note(actor: Actor, action: str, order: Order, facts: dict[str, object], reason: str = "") -> None:
    record(actor=actor, action=action, target=("order", str(order.pk)), after=facts, reason=reason)
