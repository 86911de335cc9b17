"""What a customer may ask for around the day their link goes live: another time, the guarantee, everything on record.

Each is one button, or a date, and one verb.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.limits import TooMany, hit
from backlinks import evidence, evidence_files, guarantee, scheduling
from backlinks.actors import customer_of
from backlinks.models import ClaimOutcome, Order
from backlinks.moments import BadMoment, read_moment
from backlinks.moves import WrongState
from backlinks.receipts import NotPaid
from backlinks.views.answers import back_to, button, refused
from backlinks.views.decisions import NOT_NOW
from backlinks.views.doors import order_holder

CLAIMED = {
    ClaimOutcome.OPEN: "We looked, and your link is missing. Our staff have been told, and put it back or refund you.",
    ClaimOutcome.RESTORED: "We looked: your link was missing, and we have put it back.",
    ClaimOutcome.STANDS: "We looked: your link stands in the article exactly as you bought it. See the certificate.",
}
CLAIMS_PER_HOUR = 5  # each looks at the article, and leaves a proof for good
TOO_OFTEN = "We have just looked several times. Please claim again in an hour, if your link is missing then."
NO_GUARANTEE = "There is no live link of this order to guarantee."
CLAIMED_ALREADY = "You have claimed already. Our staff look into it."
OVER = "The guarantee ended on {}, so it cannot be claimed any more. Write to us if the link is missing all the same."


@order_holder
@button()
def claim(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        hit("claim", str(order.pk), CLAIMS_PER_HOUR, 3600)
        made = guarantee.claim(order=order, actor=customer_of(order))
    except guarantee.GuaranteeOver as over:
        return refused(request, order, OVER.format(f"{over.until.day} {over.until:%B %Y}"))
    except TooMany:
        return refused(request, order, TOO_OFTEN, status=429)
    except guarantee.AlreadyClaimed:
        return refused(request, order, CLAIMED_ALREADY)
    except guarantee.NothingGuaranteed:
        return refused(request, order, NO_GUARANTEE)
    messages.success(request, CLAIMED[ClaimOutcome(made.outcome)])
    return back_to(order)


@order_holder
@button("go_live_at", "zone")
def wish(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        moment = read_moment(request.POST.get("go_live_at", ""), request.POST.get("zone", ""))
        scheduling.wish(order=order, moment=moment, actor=customer_of(order))
    except BadMoment as problem:
        return refused(request, order, str(problem), status=422)
    except WrongState:
        return refused(request, order, NOT_NOW)
    messages.success(request, f"The editor is told that you would like it live on {moment.in_words}.")
    return back_to(order)


@order_holder
@button()
def take_wish_back(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        scheduling.take_wish_back(order=order, actor=customer_of(order))
    except scheduling.NotPlanned:
        return refused(request, order, NOT_NOW)
    messages.success(request, "It goes live as soon as the editor approves it.")
    return back_to(order)


@order_holder
@require_safe
def as_json(request: HttpRequest, order: Order) -> HttpResponse:
    return evidence_files.download(_evidence(order), "json")


@order_holder
@require_safe
def as_pdf(request: HttpRequest, order: Order) -> HttpResponse:
    return evidence_files.download(_evidence(order), "pdf")


def _evidence(order: Order) -> evidence.Evidence:
    try:
        return evidence.evidence_of(order)
    except NotPaid:
        raise Http404("This order is not paid.") from None
