"""Approving, rejecting and retrying at the editor's desk: exactly what was read goes live, by whoever may alone."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from articles.models import Placement
from audit.models import AuditEntry
from backlinks.access import NoSuchOrder, order_for_token, token_for
from backlinks.admin import decisions
from backlinks.failing import work_came_to_nothing
from backlinks.models import Order, OrderStatus
from backlinks.tests.given import bought, quoted, republished, submitted, versions_of, written
from backlinks.tests.looking import hidden, plain_static, words  # noqa: F401

pytestmark = pytest.mark.django_db

READ = ("version", "body_sha256", "base_sha256")


@pytest.fixture
def owner(db):
    return User.objects.create_user("owner@copydesk.example", Role.OWNER, "correct horse battery")


@pytest.fixture
def desk(editor):
    """An editor's browser."""
    client = Client()
    client.force_login(editor)
    return client


def address(order, action="change"):
    return f"/admin/backlinks/order/{order.pk}/{action}/"


def state(order):
    return Order.objects.get(pk=order.pk).status


def approve(client, order, **different):
    """What the page's form sends, its box ticked."""
    sent = {**hidden(client.get(address(order)), *READ), "have_read": "on", **different}
    return client.post(address(order, "approve"), sent, follow=True)


def test_approval_publishes_exactly_what_was_read(desk, editor, stripe, openai):
    order = submitted(written(stripe))

    response = approve(desk, order)

    version = versions_of(order)[0]
    order.article.refresh_from_db()
    assert response.redirect_chain == [(address(order), 303)]
    assert "Approved and published. The customer was told." in words(response)
    assert state(order) == OrderStatus.COMPLETED
    assert (order.article.published_version, version.approved_by_label) == (version, editor.email)
    assert Placement.objects.filter(subject_id=str(order.pk)).count() == 1
    assert AuditEntry.objects.get(action="order.approved").actor_label == editor.email


def test_approval_needs_the_word_that_it_was_read(desk, stripe, openai):
    order = submitted(written(stripe))

    response = approve(desk, order, have_read="")

    assert "Tick that you have read the change" in words(response)
    assert state(order) == OrderStatus.ADMIN_REVIEW


def test_approval_of_anything_else_than_was_shown_is_refused(desk, stripe, openai):
    order = submitted(written(stripe))
    forged = [("version", "1"), ("version", "x"), ("version", "9" * 40), ("body_sha256", "0" * 64), ("base_sha256", "")]

    answers = [words(approve(desk, order, **{field: value})) for field, value in forged]

    assert all("this is another version than the one you read" in answer for answer in answers)
    assert state(order) == OrderStatus.ADMIN_REVIEW
    assert not Placement.objects.exists()


def test_article_that_moved_needs_another_look_and_another_click(desk, stripe, openai):
    order = submitted(written(stripe))
    version = versions_of(order)[0]
    republished(order.article, f"{version.base.body}\n\nA word at the end.\n")
    before = words(desk.get(address(order)))

    response = approve(desk, order)

    assert "If you approve, nothing goes live yet" in before
    assert response.redirect_chain == [(f"{address(order)}?moved=1", 303)]
    assert "It needs its own approval." in words(response).replace("it needs", "It needs")
    assert state(order) == OrderStatus.ADMIN_REVIEW
    assert not Placement.objects.exists()
    moved = versions_of(order)[1]
    assert hidden(response, *READ) == {
        "version": str(moved.pk),
        "body_sha256": moved.sha256,
        "base_sha256": moved.base.sha256,
    }

    approve(desk, order)

    order.article.refresh_from_db()
    assert order.article.published_version == moved
    assert moved.body.endswith("A word at the end.\n")


def test_change_that_no_longer_fits_goes_back_to_the_customer(desk, stripe, openai):
    order = submitted(written(stripe))
    version = versions_of(order)[0]
    republished(order.article, version.base.body.replace(version.change["before"], "Another paragraph stands here."))

    response = approve(desk, order)

    assert "The order is back with the customer, who has been told." in words(response)
    assert state(order) == OrderStatus.QUALITY_CHECK


def test_second_approval_changes_nothing(desk, stripe, openai):
    order = submitted(written(stripe))
    sent = {**hidden(desk.get(address(order)), *READ), "have_read": "on"}
    desk.post(address(order, "approve"), sent)

    response = desk.post(address(order, "approve"), sent, follow=True)

    assert "the order is no longer where this is possible" in words(response)
    assert Placement.objects.count() == 1
    assert AuditEntry.objects.filter(action="order.approved").count() == 1


def test_rejection_tells_the_customer_why(desk, stripe, openai):
    order = submitted(written(stripe))

    response = desk.post(address(order, "reject"), {"reason": " Too promotional. "}, follow=True)

    assert "Rejected. The customer was told why." in words(response)
    assert state(order) == OrderStatus.REJECTED
    assert order.events.order_by("id").last().reason == "Too promotional."


def test_rejection_with_a_character_nobody_can_keep_does_nothing(desk, stripe, openai):
    order = submitted(written(stripe))

    response = desk.post(address(order, "reject"), {"reason": "Too\0promotional."})

    assert (response.status_code, state(order)) == (400, "ADMIN_REVIEW")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_rejection_needs_a_reason(desk, stripe, openai, reason):
    order = submitted(written(stripe))

    response = desk.post(address(order, "reject"), {"reason": reason}, follow=True)

    assert "Nothing was done. Say why" in words(response)
    assert state(order) == OrderStatus.ADMIN_REVIEW


def test_failed_order_is_written_again_with_a_reason(owner, stripe, settings):
    settings.REFUND_ON_FINAL_FAILURE = False
    order = bought(stripe)
    work_came_to_nothing(str(order.pk), reason="")
    client = Client()
    client.force_login(owner)

    without = client.post(address(order, "retry"), {"reason": ""}, follow=True)
    failed = state(order)
    response = client.post(address(order, "retry"), {"reason": "The writer is back."}, follow=True)

    assert "Say why it is worth another try" in words(without)
    assert failed == OrderStatus.FAILED
    assert "It is being written again." in words(response)
    assert state(order) == OrderStatus.PROCESSING
    assert AuditEntry.objects.get(action="order.retried").reason == "The writer is back."


def test_order_whose_refund_began_is_not_written_again(owner, stripe, settings):
    settings.REFUND_ON_FINAL_FAILURE = True
    order = bought(stripe)
    work_came_to_nothing(str(order.pk), reason="")
    client = Client()
    client.force_login(owner)

    response = client.post(address(order, "retry"), {"reason": "Once more."}, follow=True)

    assert "It cannot be written again: its refund is requested." in words(response)
    assert state(order) == OrderStatus.FAILED


def test_each_decision_names_its_permission():
    named = {view.__name__: view.permission for view in (decisions.approve, decisions.reject, decisions.retry)}

    assert named == {
        "approve": "backlinks.approve_order",
        "reject": "backlinks.reject_order",
        "retry": "backlinks.retry_order",
    }


def test_staff_without_the_permission_are_refused(desk, monkeypatch, stripe, openai):
    order = submitted(written(stripe))
    sent = {**hidden(desk.get(address(order)), *READ), "have_read": "on", "reason": "No."}
    monkeypatch.setattr(User, "has_perm", lambda user, permission, obj=None: permission == "backlinks.view_order")

    answers = [desk.post(address(order, action), sent).status_code for action in ("approve", "reject", "retry")]

    assert answers == [403, 403, 403]
    assert "Decide" not in words(desk.get(address(order))).split("History")[0].split("Certificate")[0]
    assert state(order) == OrderStatus.ADMIN_REVIEW


@pytest.mark.parametrize("action", ["approve", "reject", "retry"])
def test_customers_strangers_and_forged_forms_are_refused(customer, editor, stripe, openai, action):
    order = submitted(written(stripe))
    as_customer, careful = Client(), Client(enforce_csrf_checks=True)
    as_customer.force_login(customer)
    careful.force_login(editor)

    assert as_customer.post(address(order, action)).status_code == 302
    assert Client().post(address(order, action)).status_code == 302
    assert careful.post(address(order, action), {"reason": "No."}).status_code == 403
    assert as_customer.get(address(order, action)).status_code == 302
    assert state(order) == OrderStatus.ADMIN_REVIEW


def test_decisions_are_posted(desk, stripe, openai):
    order = submitted(written(stripe))

    assert desk.get(address(order, "approve")).status_code == 405
    assert state(order) == OrderStatus.ADMIN_REVIEW


def test_the_links_a_customer_holds_are_ended_with_a_reason_on_record(desk, editor):
    order = quoted()
    old = token_for(order)

    told = desk.post(address(order, "revoke"), {"reason": " "}, follow=True)
    assert "Say why" in words(told) and order_for_token(old) == order
    told = desk.post(address(order, "revoke"), {"reason": "It was passed on."}, follow=True)

    assert "opens nothing any more" in words(told)
    with pytest.raises(NoSuchOrder):
        order_for_token(old)
    entry = AuditEntry.objects.get(action="order.access_revoked")
    assert (entry.actor_label, entry.reason) == (editor.email, "It was passed on.")
