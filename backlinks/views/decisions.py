"""What a customer decides about a version: another one, on to the editor, back from there, or the money back.

Each is one button and one verb. No text of the customer's ever comes this way.
"""

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from backlinks.actors import customer_of
from backlinks.asking_back import ask_for_refund as have_refund_decided
from backlinks.models import Order
from backlinks.moves import Disputed, NotYours, RefundUnderWay, WrongState
from backlinks.rebasing import DoesNotApply
from backlinks.review import AlreadyRunning, NoSuchCandidate
from backlinks.review import regenerate as have_written_again
from backlinks.review import submit as give_to_editor
from backlinks.review import withdraw as take_back
from backlinks.views.answers import TOO_MUCH, back_to, button, refused
from backlinks.views.doors import order_holder

VERSION_ID = re.compile(r"[0-9]{1,18}")
NOT_NOW = "That is not possible where the order stands now. This is how it stands."
REFUSALS: dict[type[Exception], str] = {
    WrongState: NOT_NOW,
    NotYours: NOT_NOW,
    AlreadyRunning: "Another version is being written already.",
    Disputed: "Your bank has disputed the payment. Until that is settled, nothing can be changed here.",
    RefundUnderWay: "Your money is on its way back, so nothing can be changed here any more.",
    NoSuchCandidate: "That version cannot be submitted any more. These can.",
    DoesNotApply: "The article has changed, and this version no longer fits it. Ask for another one, at no cost.",
}


@order_holder
@button()
def regenerate(request: HttpRequest, order: Order) -> HttpResponse:
    return _decide(request, order, lambda: have_written_again(order=order, actor=customer_of(order)))


@order_holder
@button("version")
def submit(request: HttpRequest, order: Order) -> HttpResponse:
    """The version the form names; the newest that still fits, when it names none."""
    version = request.POST.get("version", "")
    if version and not VERSION_ID.fullmatch(version):
        return refused(request, order, TOO_MUCH, status=400)
    chosen = int(version) if version else None
    done = "Submitted. The editor reads exactly this version."
    return _decide(
        request, order, lambda: give_to_editor(order=order, actor=customer_of(order), version_id=chosen), done
    )


@order_holder
@button()
def withdraw(request: HttpRequest, order: Order) -> HttpResponse:
    done = "Taken back. Nothing was published."
    return _decide(request, order, lambda: take_back(order=order, actor=customer_of(order)), done)


@order_holder
@button()
def ask_for_refund(request: HttpRequest, order: Order) -> HttpResponse:
    done = "You asked for your money back. Our staff have been told, and write to you when it is decided."
    return _decide(request, order, lambda: have_refund_decided(order=order, actor=customer_of(order)), done)


def _decide(request: HttpRequest, order: Order, verb: Callable[[], object], done: str = "") -> HttpResponse:
    try:
        verb()
    except tuple(REFUSALS) as refusal:
        return refused(request, order, REFUSALS[type(refusal)])
    if done:
        messages.success(request, done)
    return back_to(order)
