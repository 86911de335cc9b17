"""Adding people and changing what they may do."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import people
from accounts.models import User
from accounts.roles import Role
from audit.actors import SYSTEM, Actor
from audit.models import AuditEntry


def change(user: User, **different: Any) -> User:
    values = {"name": user.name, "role": user.role, "is_active": user.is_active, **different}
    return people.change(user_id=user.pk, actor=SYSTEM, **values)


def test_a_new_account_is_on_the_record(owner):
    user = User(email="new@copydesk.example", role=Role.EDITOR)

    people.add(user=user, actor=Actor.of(owner))

    entry = AuditEntry.objects.get()
    assert (entry.actor_label, entry.action, entry.target_id) == (owner.email, "user.added", str(user.pk))
    assert entry.after == {"email": "new@copydesk.example", "role": "editor"}


def test_a_change_of_role_is_on_the_record_with_only_what_changed(editor):
    changed = change(editor, role=Role.CUSTOMER)

    entry = AuditEntry.objects.get()
    assert (changed.role, changed.is_staff) == ("customer", False)
    assert (entry.action, entry.before, entry.after) == ("user.changed", {"role": "editor"}, {"role": "customer"})


def test_no_change_writes_nothing(editor):
    change(editor)

    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("loss", [{"role": Role.EDITOR}, {"is_active": False}])
def test_the_last_active_owner_stays(owner, loss):
    User.objects.create_user("away@copydesk.example", Role.OWNER)
    User.objects.filter(email="away@copydesk.example").update(is_active=False)

    with pytest.raises(people.LastOwner):
        change(owner, **loss)

    owner.refresh_from_db()
    assert (owner.role, owner.is_active, AuditEntry.objects.count()) == ("owner", True, 0)


def test_an_owner_may_go_when_another_remains(owner):
    User.objects.create_user("second@copydesk.example", Role.OWNER)

    assert change(owner, is_active=False).is_active is False


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_dismiss_each_other_at_once():
    first, second = (User.objects.create_user(f"{name}@copydesk.example", Role.OWNER) for name in ("first", "second"))
    refusals = []

    def dismiss_first():
        try:
            change(first, is_active=False)
        except people.LastOwner as error:
            refusals.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=dismiss_first)
    with transaction.atomic():
        change(second, is_active=False)
        other.start()
        other.join(0.3)  # it waits for the owners' rows
        assert other.is_alive()
    other.join(10)

    assert len(refusals) == 1
    assert list(User.objects.filter(is_active=True)) == [first]
