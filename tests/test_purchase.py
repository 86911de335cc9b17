"""From a purchase to a published link, over HTTP, through every process."""

import re
from html import unescape
from typing import Any

from tests.customer import Customer, Staff, form_fields
from tests.system import System, until


def approve(editor: Staff, order_id: str) -> str:
    """Open the order in the admin and approve exactly what it shows. Returns the page that follows."""
    page = editor.get(f"/admin/backlinks/order/{order_id}/change/")
    shown = form_fields(page, "/approve/")
    answer = editor.post(f"/admin/backlinks/order/{order_id}/approve/", **shown, have_read="on")
    assert answer.status_code == 303
    return editor.get(answer.headers["location"])


def public_links(system: System, slug: str, href: str) -> list[str]:
    """The whole <a> tags of the public page that lead to `href`."""
    page = system.http.get(f"{system.demo['site']}/articles/{slug}/").text
    return [tag for tag in re.findall(r"<a\b[^>]*>", page) if f'href="{href}"' in unescape(tag)]


def test_a_purchase_becomes_a_published_link(customer: Customer, editor: Staff, article: dict[str, Any]):
    customer.buy(article)

    status = customer.reach("QUALITY_CHECK")
    assert (status["canRegenerate"], status["canSubmit"], status["regenerationCount"]) == (True, True, 0)
    assert status["preview"]["before"] != status["preview"]["after"]
    assert public_links(customer.system, article["slug"], customer.target) == []
    assert customer.submit().json() == {"status": "ADMIN_REVIEW"}
    approve(editor, customer.order_id)

    customer.reach("COMPLETED")
    (tag,) = public_links(customer.system, article["slug"], customer.target)
    assert re.search(r'rel="sponsored noopener"', tag)
    until(lambda: len(customer.system.messages(customer.email)) == 4, 15, "four emails")
    sent = customer.system.rows(
        "SELECT kind FROM mail_emaillog WHERE subject_id = %s ORDER BY queued_at", customer.order_id
    )
    assert [row["kind"] for row in sent] == ["request_received", "backlink_integrated", "submitted", "article_live"]


def test_what_goes_live_is_what_was_approved_and_all_else_is_untouched(
    customer: Customer, editor: Staff, article: dict[str, Any]
):
    customer.buy(article).reach("QUALITY_CHECK")
    (version,) = customer.versions()
    customer.submit()

    approve(editor, customer.order_id)

    customer.reach("COMPLETED")
    live, base = customer.system.rows(
        "SELECT body FROM articles_articleversion WHERE status IN ('published', 'superseded') AND article_id = %s"
        " ORDER BY status = 'superseded'",
        version["article_id"],
    )
    assert live["body"] == version["body"]
    changed = [
        pair for pair in zip(base["body"].split("\n\n"), live["body"].split("\n\n"), strict=True) if pair[0] != pair[1]
    ]
    assert len(changed) == 1
    assert set(version["backlink_metadata"]) == {
        "target_url",
        "anchor_text",
        "customer_notes",
        "integration_type",
        "base_article_version_id",
        "regeneration_count",
    }


def test_regenerating_starts_from_the_published_text_again(customer: Customer, article: dict[str, Any]):
    customer.buy(article).reach("QUALITY_CHECK")

    answer = customer.regenerate()

    assert answer.status_code == 202
    assert answer.json()["estimatedTime"] > 0
    status = until(lambda: found if (found := customer.status())["canSubmit"] else None, 30, "a second candidate")
    assert status["regenerationCount"] == 1
    first, second = customer.versions()
    assert first["base_id"] == second["base_id"] == first["backlink_metadata"]["base_article_version_id"]
    assert first["body"] != second["body"]
    assert second["backlink_metadata"]["integration_type"] == "customer_backlink_regeneration"


def test_two_customers_in_one_article_both_end_up_live(
    customer: Customer, another: Customer, editor: Staff, article: dict[str, Any]
):
    for each in (customer, another):
        each.buy(article).reach("QUALITY_CHECK")
        each.submit()

    approve(editor, customer.order_id)
    customer.reach("COMPLETED")
    approve(editor, another.order_id)
    assert another.status()["status"] == "ADMIN_REVIEW", "the base has moved: the re-applied change needs its own click"
    approve(editor, another.order_id)
    another.reach("COMPLETED")

    for each in (customer, another):
        assert len(public_links(customer.system, article["slug"], each.target)) == 1


def test_the_last_slot_is_sold_once_and_refused_before_payment(
    customer: Customer, another: Customer, article: dict[str, Any]
):
    slots = [Customer(customer.system, f"slot-{number}@example.org") for number in range(2)]
    for each in slots:
        each.buy(article)
    assert customer.quote(article).status_code == 201
    assert another.quote(article).status_code == 201

    answers = [customer.checkout(), another.checkout()]

    assert [answer.status_code for answer in answers] == [201, 422]
    assert answers[1].json()["reasons"][0]["code"] == "no_slot_left"
    assert another.status()["status"] == "AWAITING_PAYMENT"


def test_one_payment_told_five_times_at_once_moves_the_order_once(customer: Customer, article: dict[str, Any]):
    customer.buy(article).reach("QUALITY_CHECK")
    newest = "SELECT id FROM backlinks_stripeevent WHERE type = 'checkout.session.completed' ORDER BY received_at DESC"
    event = customer.system.rows(newest)[0]

    customer.system.control("stripe", "/_control/resend", event_id=event["id"], times=5, concurrent=True)

    under_way = "SELECT 1 FROM queues_job WHERE state NOT IN ('completed', 'dead', 'cancelled')"
    until(lambda: not customer.system.rows(under_way), 20, "every job ended")
    assert len(customer.versions()) == 1
    assert len(customer.jobs()) == 1
    assert len(customer.letters("request_received")) == len(customer.letters("backlink_integrated")) == 1
