"""What the domain refuses, as the API says it: one status and one code for each, with what to do next."""

from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ParseError

from backlinks.access import NoSuchOrder
from backlinks.authentication import NOT_THERE
from backlinks.checkout import AlreadyPaid, CheckoutBusy, PaymentUnavailable
from backlinks.clients.stripe import Forged
from backlinks.moves import Disputed, NotYours, RefundUnderWay, WrongState
from backlinks.quoting import NoSuchArticle, QuoteRefused
from backlinks.rebasing import DoesNotApply
from backlinks.review import AlreadyRunning, NoSuchCandidate


class Refused(APIException):
    """Well-formed, and refused for the reasons given."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY

    def __init__(self, refusal: QuoteRefused) -> None:
        reasons = [{"code": reason.code, "message": reason.message} for reason in refusal.reasons]
        super().__init__({"reasons": reasons})


class Conflict(APIException):
    """Not possible in the order's state."""

    status_code = status.HTTP_409_CONFLICT


class Unavailable(APIException):
    """Somebody we depend on cannot be reached; `wait` becomes Retry-After."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE

    def __init__(self, detail: str, code: str, wait: int) -> None:
        super().__init__(detail, code)
        self.wait = wait


def as_answer(error: Exception) -> Exception:
    """The API's word for a refusal of the domain; any other error as it is."""
    match error:
        case QuoteRefused():
            return Refused(error)
        case NoSuchOrder():
            return NotFound(NOT_THERE)
        case NoSuchArticle():
            return NotFound("There is no such article.")
        case WrongState():
            return Conflict(f"The order is now: {error.status.label.lower()}.", "wrong_state")
        case PaymentUnavailable():
            message = "The payment page could not be opened. Nothing was charged; please try again."
            return Unavailable(message, "payment_unavailable", error.retry_after)
        case Forged():
            return ParseError("The signature does not fit.", "bad_signature")
        case _:
            return _conflict(error)


CONFLICTS: dict[type[Exception], tuple[str, str]] = {
    NotYours: ("wrong_state", "That is not for the customer to decide where the order stands now."),
    Disputed: ("disputed", "The payment is disputed; nothing can be done until that is settled."),
    RefundUnderWay: ("refund_under_way", "The money is on its way back; nothing can be done until that is settled."),
    AlreadyPaid: ("already_paid", "One of these orders is paid, or its payment is under way."),
    CheckoutBusy: ("checkout_busy", "Another checkout of these orders was opened just now. Please try again."),
    AlreadyRunning: ("already_running", "A version is being written already."),
    NoSuchCandidate: ("no_such_version", "There is no such version to submit."),
    DoesNotApply: ("article_changed", "The article changed, and this version no longer fits. Please regenerate."),
}


def _conflict(error: Exception) -> Exception:
    if type(error) not in CONFLICTS:
        return error
    code, message = CONFLICTS[type(error)]
    return Conflict(message, code)
