"""What this room and the mail below it keep of a person: the account, sign-ins, codes and emails."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from accounts.models import OtpCode, Profile, SignIn, User
from accounts.personal.holdings import Holding, Kept, Person, register_holding
from mail.forgetting import emails_to, forget_recipient
from mail.models import EmailLog
from mail.previewing import preview
from queues.forgetting import forget_in_errors

SIGN_IN = ("device", "masked_ip", "began_at", "last_seen_at", "ended_at")
CODE = ("device", "masked_ip", "created_at", "sent_at", "used_at", "expires_at")


def account(person: Person) -> Kept:
    if (user := _user(person)) is None:
        return {"account": {}}
    profile = Profile.objects.filter(user=user).values("display_name", "language", "created_at").first()
    fields = {"email": user.email, "name": user.name, "role": user.role, "is_active": user.is_active}
    return {"account": {**fields, "since": user.date_joined, "last_login": user.last_login, "profile": profile}}


def erase_account(person: Person) -> int:
    """Switched off, without a password: nobody can sign in to it. Its number stays, for the orders that name it."""
    if (user := _user(person)) is None:
        return 0
    user.email, user.name, user.is_active = person.pseudonym, "", False
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "is_active", "password"])
    Profile.objects.filter(user=user).delete()
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    entries.update(object_repr=person.pseudonym)
    return 1


def sign_ins(person: Person) -> Kept:
    rows = SignIn.objects.filter(user_id=person.user_id).order_by("pk").values(*SIGN_IN) if person.user_id else []
    return {"sign_ins": list(rows), "sign_in_codes": list(_codes(person).order_by("created_at").values(*CODE))}


def erase_sign_ins(person: Person) -> int:
    ended = SignIn.objects.filter(user_id=person.user_id).delete()[0] if person.user_id else 0
    return ended + _codes(person).delete()[0]


def emails(person: Person) -> Kept:
    return {"emails": [_email(email) for email in emails_to(person.email)]}


def erase_emails(person: Person) -> int:
    ids = [str(pk) for pk in emails_to(person.email).values_list("pk", flat=True)]
    forget_in_errors("email", ids, email=person.email, pseudonym=person.pseudonym)
    return forget_recipient(person.email, person.pseudonym)


def register() -> None:
    """In this room's wiring."""
    register_holding(Holding("emails", emails, erase_emails))
    register_holding(Holding("sign-ins", sign_ins, erase_sign_ins))
    register_holding(Holding("account", account, erase_account))


def _user(person: Person) -> User | None:
    return User.objects.filter(pk=person.user_id).first() if person.user_id else None


def _codes(person: Person) -> QuerySet[OtpCode]:
    return OtpCode.objects.filter(address__iexact=person.email)


def _email(email: EmailLog) -> dict[str, Any]:
    read = preview(email)
    return {
        "kind": email.kind,
        "to": email.to,
        "about": f"{email.subject_type} {email.subject_id}",
        "state": email.state,
        "written_at": email.queued_at,
        "sent_at": email.sent_at,
        "subject": read.subject if read else "",
        "text": read.text if read else "",
    }
