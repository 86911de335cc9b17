"""A person's profile, made by a workflow when their account is: how they are greeted, until they say otherwise."""

from typing import Annotated

from pydantic import Field

from accounts.models import Profile, User
from workflows.errors import StepFailed
from workflows.registry import At, Outcome, Params, Step, register_step

SUBJECT, EVENT = "user", "user_created"


class ProfileParams(Params):
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"


def create_user_profile(at: At, params: ProfileParams) -> Outcome:
    """Once for each person, however often it is run."""
    kind, key = at.subject
    user = User.objects.filter(pk=key).first() if kind == SUBJECT and key.isdecimal() else None
    if user is None:
        raise StepFailed(f"this run is about {kind or 'nothing'}, not about a person")
    profile, is_new = Profile.objects.get_or_create(
        user=user, defaults={"display_name": display_name(user), "language": params.language}
    )
    return Outcome({"profile": profile.pk, "made": is_new})


def display_name(user: User) -> str:
    """Their name, or what stands before the @, as a person would write it."""
    return user.name or user.email.partition("@")[0].replace(".", " ").replace("_", " ").title()


def register() -> None:
    """What this room's steps are, in its wiring."""
    register_step(
        Step(
            "create_user_profile",
            "Makes the person's profile",
            ProfileParams,
            create_user_profile,
            subject_type=SUBJECT,
        )
    )
