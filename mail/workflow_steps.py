"""A workflow's own email: one for each run and step, in the words of the definition."""

from typing import Annotated, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, Field

from mail.sending import send_email as send
from mail.sending import send_to_desk, send_to_owners
from workflows.registry import At, Outcome, Params, Step, register_step

SUBJECT = "workflow_step"
GROUPS = {"desk": send_to_desk, "owners": send_to_owners}


def _address(to: str) -> str:
    try:
        validate_email(to)
    except ValidationError:
        raise ValueError("an email address, or desk, or owners") from None
    return to


class EmailParams(Params):
    to: Literal["desk", "owners"] | Annotated[str, Field(max_length=254), AfterValidator(_address)] = "desk"
    about: Annotated[str, Field(min_length=1, max_length=120)]
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


def send_email(at: At, params: EmailParams) -> Outcome:
    told = {
        "kind": "workflow_note",
        "subject": (SUBJECT, str(at.execution_id)),
        "cause": "step",
        "context": {"about_line": params.about, "text_lines": params.text.splitlines(), "run": at.facts["run"]["id"]},
    }
    if group := GROUPS.get(params.to):
        group(**told)  # type: ignore[arg-type]
    else:
        send(to=params.to, **told)  # type: ignore[arg-type]
    return Outcome({"to": params.to})


def register() -> None:
    """What this room's steps are, in its wiring."""
    register_step(Step("send_email", "Sends an email", EmailParams, send_email))
