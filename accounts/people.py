"""Adding people and changing what they may do.

Every change is on the record, and the last active owner must never be lost.
"""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.roles import Role
from audit.actors import Actor
from audit.recording import record
from workflows.triggers import fire

CHANGEABLE = ("name", "role", "is_active")


class LastOwner(Exception):
    """There would be nobody left who may do everything."""


def add(*, user: User, actor: Actor) -> User:
    """Keeps a new account, made by the manager or a form."""
    with transaction.atomic():
        user.save(force_insert=True)
        after = {"email": user.email, "role": user.role}
        record(actor=actor, action="user.added", target=("user", str(user.pk)), after=after)
        fire("user_created", ("user", str(user.pk)))
    return user


def known(address: str) -> User | None:
    """Whose address this is, in whatever case."""
    try:
        return User.objects.get_by_natural_key(address)
    except User.DoesNotExist:
        return None


def may(actor: Actor, permission: str) -> bool:
    """Whether the account that did something once could still do it today."""
    person = User.objects.filter(pk=actor.id).first() if actor.type == "user" else None
    return person is not None and person.has_perm(permission)


def of_address(address: str) -> User:
    """Whose proven address this is: a customer, made now, when nobody's yet."""
    if (user := known(address)) is not None:
        return user
    user = User(email=User.objects.normalize_email(address.strip()), role=Role.CUSTOMER)
    user.set_unusable_password()
    try:
        return add(user=user, actor=Actor("user", "", user.email))
    except IntegrityError:  # proven in two browsers at once
        return User.objects.get_by_natural_key(address)


def change(*, user_id: int, actor: Actor, name: str, role: str, is_active: bool) -> User:
    """The account with these values; raises LastOwner. Nothing is recorded when nothing changed."""
    with transaction.atomic():
        refuse_losing_last_owner(user_id=user_id, role=role, is_active=is_active)
        user = User.objects.select_for_update().get(pk=user_id)
        wanted = {"name": name, "role": str(role), "is_active": is_active}
        changed = [field for field in CHANGEABLE if getattr(user, field) != wanted[field]]
        if not changed:
            return user
        before = {field: getattr(user, field) for field in changed}
        for field in changed:
            setattr(user, field, wanted[field])
        user.save(update_fields=changed)
        after = {field: wanted[field] for field in changed}
        if "is_active" in changed and not is_active:
            user.sign_ins.filter(ended_at=None).update(ended_at=Now())
        record(actor=actor, action="user.changed", target=("user", str(user_id)), before=before, after=after)
    return user


def sign_out_everywhere(*, user_id: int, actor: Actor) -> int:
    """How many browsers they were signed in with. Nothing is recorded when there was none."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        ended = user.sign_ins.filter(ended_at=None).update(ended_at=Now()) if user else 0
        if ended:
            target = ("user", str(user_id))
            record(actor=actor, action="user.signed_out", target=target, after={"browsers": ended})
    return ended


def refuse_losing_last_owner(*, user_id: int, role: str, is_active: bool) -> None:
    """Raises LastOwner; locks the owners, so that two of them cannot dismiss each other at once."""
    owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk")
    remains = {owner.pk for owner in owners}
    if user_id in remains and not (is_active and role == Role.OWNER) and len(remains) == 1:
        raise LastOwner("This is the last active owner. Make somebody else owner first.")
