"""What staff decide beside the change itself: plans, claims, charged-back links, evidence, and who may open the order.

Whoever presses a button must hold its permission, and each is one verb; a reading of everything is logged first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.messages import error, success
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.access import record_access
from audit.actors import Actor
from backlinks import evidence, evidence_files, guarantee, scheduling, takedown
from backlinks.access import revoke_tokens
from backlinks.admin.decisions import APPROVE, REFUND, REVOKE, UNCONFIRMED, back, read_of, staff_with, why_not
from backlinks.models import GuaranteeClaim, Order, PublicationWish
from backlinks.moments import ZONES_OFFERED, BadMoment, read_moment, spoken
from backlinks.moves import Disputed, RefundUnderWay, WrongState
from backlinks.receipts import NotPaid
from backlinks.review import NotTheOneRead, ReasonMissing

VIEW = "backlinks.view_order"
NO_REASON = "Nothing was done. Say why; the customer reads it."
STILL_MISSING = "Nothing was decided: the link still does not stand in the article."


@dataclass(frozen=True)
class AfterDesk:
    """`wish` and `plan` are in words."""

    wish: str
    plan: str
    claim: GuaranteeClaim | None
    can_take_out: bool
    zones: tuple[str, ...] = ZONES_OFFERED


def after_desk_of(order: Order) -> AfterDesk:
    wish = PublicationWish.objects.filter(order=order).first()
    planned = scheduling.plan_of(order)
    return AfterDesk(
        wish=spoken(wish.wished_for, wish.zone) if wish else "",
        plan=f"{scheduling.in_words(planned)}, approved by {planned.actor_label}" if planned else "",
        claim=guarantee.open_claim(order),
        can_take_out=takedown.can_take_out(order),
    )


@staff_with(APPROVE, step_up=True)
def plan(request: HttpRequest, order: Order) -> HttpResponse:
    """Approve what was read, for later."""
    if request.POST.get("have_read") != "on":
        error(request, UNCONFIRMED)
        return back(order)
    try:
        moment = read_moment(request.POST.get("go_live_at", ""), request.POST.get("zone", ""))
        scheduling.plan(order=order, read=read_of(request), moment=moment, actor=Actor.of(request.user))
    except BadMoment as problem:
        error(request, f"Nothing was planned. {problem}")
    except (WrongState, Disputed, RefundUnderWay, NotTheOneRead) as refusal:
        error(request, why_not(refusal))
    else:
        success(request, f"Approved. It goes live on {moment.in_words}.")
    return back(order)


@staff_with(APPROVE)
def cancel_plan(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        scheduling.cancel(order=order, actor=Actor.of(request.user))
    except scheduling.NotPlanned:
        error(request, "Nothing was done: no publication is planned any more.")
    else:
        success(request, "The planned publication was cancelled. The order waits for a decision.")
    return back(order)


@staff_with(REFUND, step_up=True)
def decide_claim(request: HttpRequest, order: Order) -> HttpResponse:
    """Refund, put back or refuse: each with a reason the customer reads."""
    claim = guarantee.open_claim(order)
    verb = DECISIONS.get(request.POST.get("decision", ""))
    if claim is None or verb is None:
        error(request, "Nothing was done: there is no claim to decide.")
        return back(order)
    try:
        verb(claim=claim, actor=Actor.of(request.user), reason=request.POST.get("reason", "").strip())
    except ReasonMissing:
        error(request, NO_REASON)
    except guarantee.NothingGuaranteed:
        error(request, STILL_MISSING)
    except guarantee.NotOpen:
        error(request, "Nothing was done: the claim was decided before.")
    except (WrongState, Disputed, RefundUnderWay) as refusal:
        error(request, why_not(refusal))
    else:
        success(request, "The claim is decided.")
    return back(order)


@staff_with(REFUND, step_up=True)
def take_out(request: HttpRequest, order: Order) -> HttpResponse:
    """A link whose payment was charged back."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        error(request, "Nothing was done. Say why; it goes on the record.")
        return back(order)
    try:
        takedown.after_chargeback(order=order, actor=Actor.of(request.user), reason=reason)
    except WrongState as refusal:
        error(request, why_not(refusal))
    else:
        success(request, "The link is being taken out of its article.")
    return back(order)


@staff_with(REVOKE)
def revoke(request: HttpRequest, order: Order) -> HttpResponse:
    """The links sent to the customer, because somebody else has one."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        error(request, "Nothing was done. Say why; it goes on the record.")
        return back(order)
    revoke_tokens(order=order, actor=Actor.of(request.user), reason=reason)
    success(
        request, "Every link sent so far opens nothing any more. Send an email once more to give the customer another."
    )
    return back(order)


@never_cache
@require_safe
def read_evidence(request: HttpRequest, order_id: UUID, kind: str) -> HttpResponse:
    """Everything on record; that it was read is logged before it is shown."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    order = Order.objects.select_related("article", "paid_by").filter(pk=order_id).first()
    if order is None or kind not in evidence_files.FORMS:
        raise Http404("There is no such order.")
    try:
        found = evidence.evidence_of(order, for_staff=True)
    except NotPaid:
        raise Http404("This order is not paid.") from None
    record_access(
        actor=Actor.of(request.user),  # type: ignore[arg-type]  # the admin lets nobody in without an account
        action="order.evidence_read",
        target=("order", str(order.pk)),
        what=kind.upper(),
    )
    return evidence_files.download(found, kind)


read_evidence.permission = VIEW  # type: ignore[attr-defined]
DECISIONS: dict[str, Callable[..., GuaranteeClaim]] = {
    "refund": guarantee.refund,
    "put_back": guarantee.put_back,
    "refuse": guarantee.refuse,
}
