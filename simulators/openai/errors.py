"""OpenAI's error envelope, and the failures a test may ask for by name.

Messages follow OpenAI's wording and must never carry a whole API key.
"""

from typing import Any

JsonObject = dict[str, Any]


class Refused(Exception):
    """A request OpenAI would answer with an error."""

    def __init__(
        self, message: str, *, status: int = 400, type: str = "invalid_request_error", code: str | None = None,
        param: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        self.body: JsonObject = {"error": {"message": message, "type": type, "param": param, "code": code}}


def failure(mode: str) -> Refused | None:
    """The error a misbehaviour stands for; None for the ones that are not errors."""
    match mode:
        case "429":
            return Refused("Rate limit reached. Please try again later.", status=429, type="requests",
                           code="rate_limit_exceeded")  # fmt: skip
        case "insufficient_quota":
            return Refused("You exceeded your current quota, please check your plan and billing details.", status=429,
                           type="insufficient_quota", code="insufficient_quota")  # fmt: skip
        case "500":
            return Refused("The server had an error while processing your request. Sorry about that!", status=500,
                           type="server_error")  # fmt: skip
        case "401":
            return Refused("Incorrect API key provided.", status=401, code="invalid_api_key")
        case "403":
            return Refused("You are not allowed to sample from this model.", status=403, code="model_not_allowed")
        case "model_not_found":
            return Refused("The model does not exist or you do not have access to it.", status=404,
                           code="model_not_found")  # fmt: skip
    return None
