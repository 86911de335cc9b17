"""Stripe's error envelope, and one constructor for each way a request is refused.

Messages follow Stripe's wording; they must never carry a whole API key.
"""

from typing import Any

JsonObject = dict[str, Any]


class Refused(Exception):
    """A request Stripe would refuse, and whose refusal an idempotency key remembers."""

    saved = True

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.param = param

    def envelope(self, request_id: str) -> JsonObject:
        error: JsonObject = {"message": self.message, "type": self.type}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error}


class RefusedBefore(Refused):
    """A request refused before it was carried out: under its idempotency key it may be tried again."""

    saved = False


def invalid(message: str, *, param: str, code: str | None = None) -> Refused:
    """A parameter that fails validation: Stripe runs nothing and saves nothing under the idempotency key."""
    return RefusedBefore(message, code=code, param=param)


def missing(param: str) -> Refused:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def unknown(names: list[str]) -> Refused:
    plural = "s" if len(names) > 1 else ""
    return invalid(f"Received unknown parameter{plural}: {', '.join(names)}", param=names[0], code="parameter_unknown")


def no_such(kind: str, id: str, *, param: str) -> Refused:
    return RefusedBefore(f"No such {kind}: '{id}'", status=404, code="resource_missing", param=param)


def unauthorized(message: str) -> Refused:
    return RefusedBefore(message, status=401)
