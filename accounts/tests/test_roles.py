"""The one table of who may do what."""

import pytest
from django.contrib.auth.models import AnonymousUser

ACTIONS = [
    "articles.change_article",
    "backlinks.view_order",
    "backlinks.approve_order",
    "backlinks.reject_order",
    "mail.view_emaillog",
    "audit.view_auditentry",
    "backlinks.refund_order",
    "queues.replay_deadletter",
    "accounts.change_user",
]


def test_the_owner_may_do_everything(owner):
    assert owner.has_perms([*ACTIONS, "anything.at_all"])


def test_the_editor_may_edit_decide_and_pay_back_but_not_operate(editor):
    allowed = [action for action in ACTIONS if editor.has_perm(action)]

    assert allowed == ACTIONS[:7]


def test_the_editor_enters_only_rooms_with_something_to_do(editor):
    rooms = ["articles", "backlinks", "mail", "audit", "queues", "accounts"]

    assert [room for room in rooms if editor.has_module_perms(room)] == ["articles", "backlinks", "mail", "audit"]


def test_the_customer_may_do_nothing_in_the_admin(customer):
    assert not any(customer.has_perm(action) for action in ACTIONS)
    assert not customer.has_module_perms("articles")


@pytest.mark.django_db
def test_a_stranger_may_do_nothing():
    assert not AnonymousUser().has_perm("articles.view_article")
    assert not AnonymousUser().has_module_perms("articles")


def test_whoever_is_switched_off_may_do_nothing(owner):
    owner.is_active = False

    assert not owner.has_perm("articles.view_article")
    assert not owner.has_module_perms("articles")
