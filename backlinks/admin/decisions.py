"""An order on the editor's desk: everything there is to read, and approve, reject, have written again or refund.

Whoever presses a button must hold its permission, and approves the very bytes their page showed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.messages import error, success, warning
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from articles.publishing import BreaksPaidLink
from audit.actors import Actor
from backlinks import failing, refunds, review
from backlinks.admin.desk import desk_of
from backlinks.models import Order, RefundReason
from backlinks.moves import Disputed, RefundUnderWay, WrongState
from backlinks.rechecking import TargetUnsafe
from queues.staff_posts import View, see_other, staff_post

APPROVE, REJECT, RETRY = "backlinks.approve_order", "backlinks.reject_order", "backlinks.retry_order"
REFUND, REVOKE = "backlinks.refund_order", "backlinks.revoke_order"
BUTTONS = {"approve": APPROVE, "reject": REJECT, "retry": RETRY, "refund": REFUND, "revoke": REVOKE}
UNCONFIRMED = "Nothing was published. Tick that you have read the change, then approve it."
MOVED_ON = "Nothing was done: the order is no longer where this is possible. This is how it stands now."
DISPUTED = "Nothing was done: the payment is disputed, and until that is settled nothing moves here."
REFUNDING = "Nothing was done: the money is on its way back."
UNSURE = "Nothing was refunded. Say why, and tick that the money shall go back."
NOT_WHAT_YOU_READ = "Nothing was published: this is another version than the one you read. Please read this one."
BACK_TO_CUSTOMER = (
    "Nothing was published. The article was published anew, and the change no longer fits it. "
    "The order is back with the customer, who has been told."
)
AGAIN = "moved"
WHY_NOT: dict[type[Exception], str] = {
    Disputed: DISPUTED,
    RefundUnderWay: REFUNDING,
    review.NotTheOneRead: NOT_WHAT_YOU_READ,
}

OrderAction = Callable[[HttpRequest, Order], HttpResponse]


def staff_with(permission: str, *, step_up: bool = False) -> Callable[[OrderAction], View]:
    """The one guard of staff's posts; the view is given the order."""

    def mark(view: OrderAction) -> View:
        @staff_post(permission, step_up=step_up)
        @wraps(view)
        def guarded(request: HttpRequest, order_id: UUID) -> HttpResponse:
            order = Order.objects.select_related("article").filter(pk=order_id).first()
            if order is None:
                raise Http404("There is no such order.")
            return view(request, order)

        return guarded

    return mark


def show(request: HttpRequest, order: Order, context: dict[str, Any]) -> HttpResponse:
    """The order's page; the buttons are those this person may press."""
    may = {name: request.user.has_perm(permission) for name, permission in BUTTONS.items()}
    desk = desk_of(order)
    moved = AGAIN in request.GET and desk.can_decide
    page = {"title": f"Order {order.reference}", "desk": desk, "may": may, "moved": moved, **context}
    return render(request, "admin/backlinks/order.html", page)


@staff_with(APPROVE, step_up=True)
def approve(request: HttpRequest, order: Order) -> HttpResponse:
    if request.POST.get("have_read") != "on":
        error(request, UNCONFIRMED)
        return back(order)
    try:
        approval = review.approve(order=order, read=read_of(request), actor=Actor.of(request.user))
    except (WrongState, Disputed, RefundUnderWay, review.NotTheOneRead, TargetUnsafe, BreaksPaidLink) as refusal:
        error(request, why_not(refusal))
        return back(order)
    return _tell(request, order, approval)


@staff_with(REJECT)
def reject(request: HttpRequest, order: Order) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()
    try:
        review.reject(order=order, actor=Actor.of(request.user), reason=reason)
    except review.ReasonMissing:
        error(request, "Nothing was done. Say why: the customer reads it, and can have another version written.")
    except (WrongState, Disputed, RefundUnderWay) as refusal:
        error(request, why_not(refusal))
    else:
        success(request, "Rejected. The customer was told why.")
    return back(order)


@staff_with(RETRY)
def retry(request: HttpRequest, order: Order) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        error(request, "Nothing was done. Say why it is worth another try; it goes on the record.")
        return back(order)
    try:
        failing.retry(order=order, actor=Actor.of(request.user), reason=reason)
    except failing.CannotResume as refusal:
        error(request, f"It cannot be written again: {refusal}.")
    else:
        success(request, "It is being written again.")
    return back(order)


@staff_with(REFUND, step_up=True)
def refund(request: HttpRequest, order: Order) -> HttpResponse:
    words = request.POST.get("reason", "").strip()
    if not words or request.POST.get("sure") != "on":
        error(request, UNSURE)
        return back(order)
    decision = refunds.Decision(RefundReason.STAFF, words, keeps_link=request.POST.get("keep_link") == "on")
    try:
        refunds.request_refund(order, decision=decision, actor=Actor.of(request.user))
    except (WrongState, Disputed) as refusal:
        error(request, why_not(refusal))
    else:
        success(request, "The refund has been started. The order is called refunded once Stripe says so.")
    return back(order)


def read_of(request: HttpRequest) -> review.Read:
    """What the page says it showed. Anything else than it did show is refused by the verb."""
    version = request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdecimal() and len(version) <= 18 else 0
    return review.Read(number, request.POST.get("body_sha256", ""), request.POST.get("base_sha256", ""))


def why_not(refusal: Exception) -> str:
    if isinstance(refusal, TargetUnsafe):
        return f"Nothing was published: the target became unsafe. {refusal} Reject the order, or refund it."
    if isinstance(refusal, BreaksPaidLink):
        return f"Nothing was published: it would break a paid link ({', '.join(refusal.hrefs)})."
    return WHY_NOT.get(type(refusal), MOVED_ON)


def _tell(request: HttpRequest, order: Order, approval: review.Approval) -> HttpResponse:
    if approval.outcome == review.Outcome.LIVE:
        success(request, "Approved and published. The customer was told.")
        return back(order)
    if approval.outcome == review.Outcome.NEEDS_ANOTHER_LOOK:
        return back(order, f"?{AGAIN}=1")
    warning(request, BACK_TO_CUSTOMER)
    return back(order)


def back(order: Order, query: str = "") -> HttpResponse:
    response = see_other("admin:backlinks_order_change", order.pk)
    response["Location"] += query
    return response
