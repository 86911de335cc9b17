"""Payments that do not go the straight way, as a customer sees them in a real browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.buying import order_a_link, order_id, pay
from tests.chromium import keep_picture, needs_chromium
from tests.customer import Staff, form_fields
from tests.system import RUN, System, until

pytestmark = needs_chromium
SOON = 30_000  # milliseconds


@pytest.fixture
def page(window: BrowserContext) -> Page:
    return window.new_page()


@pytest.fixture
def bad_writer(system: System) -> Iterator[None]:
    """The model answers, and nothing it writes passes."""
    system.control("openai", mode="bad_edit", delay_seconds=0)
    yield
    system.control("openai", mode="ok")


def test_money_that_arrives_later_begins_the_work_by_itself(page: Page, system: System, article: dict[str, Any]):
    order_a_link(page, article, target("later"))
    pay(page, "pay_later")
    order = order_id(page)
    expect(page.locator("h1")).to_have_text("Waiting for the payment", timeout=SOON)
    keep_picture(page, "paying-later")
    session = session_that_is(system, "pending", order)

    system.control("stripe", "/_control/async", session=session, outcome="succeeded")

    expect(page.get_by_role("heading", name="Version 1")).to_be_visible(timeout=SOON)


def test_a_declined_card_is_tried_again_on_the_same_page(page: Page, system: System, article: dict[str, Any]):
    order_a_link(page, article, target("declined"))
    pay(page, "decline")
    expect(page.get_by_text("Your card was declined")).to_be_visible()

    pay(page)

    expect(page.get_by_role("heading", name="Version 1")).to_be_visible(timeout=SOON)


def test_who_let_the_time_run_out_pays_for_the_same_order(page: Page, system: System, article: dict[str, Any]):
    order_a_link(page, article, target("expired"))
    pay(page, "expire")
    order = order_id(page)
    session_that_is(system, "expired", order)
    page.goto(f"/orders/{order}/")
    expect(page.locator("h1")).to_have_text("Not paid in time")
    keep_picture(page, "paying-expired")

    page.get_by_role("button", name="Pay $49.00").click()
    pay(page)

    expect(page.get_by_role("heading", name="Version 1")).to_be_visible(timeout=SOON)
    assert order_id(page) == order


def test_what_could_not_be_written_is_paid_back(page: Page, system: System, article: dict[str, Any], bad_writer: None):
    order_a_link(page, article, target("refunded"))
    pay(page)
    order = order_id(page)
    expect(page.locator("h1")).to_have_text("We could not place your link", timeout=60_000)
    keep_picture(page, "paying-failed")

    owner = Staff(system, "owner")
    shown = form_fields(owner.get(f"/admin/backlinks/order/{order}/change/"), "/refund/")
    answer = owner.post(
        f"/admin/backlinks/order/{order}/refund/", **shown, reason="It could not be written.", sure="on"
    )
    assert answer.status_code == 303

    page.reload()
    expect(page.locator("h1")).to_have_text("Refunded", timeout=SOON)
    expect(page.get_by_text(re.compile(r"\$49\.00 went back the way you paid"))).to_be_visible()
    keep_picture(page, "paying-refunded")


def target(what: str) -> str:
    return f"https://paying-{what}-{RUN}.example/notes"


def session_that_is(system: System, status: str, order: str) -> str:
    """Stripe's id of the one payment of this order, as soon as our books say that it is so."""
    sql = (
        "SELECT c.stripe_session_id AS session FROM backlinks_checkout c"
        " JOIN backlinks_checkoutitem i ON i.checkout_id = c.id WHERE i.order_id = %s AND c.status = %s"
    )
    (found,) = until(lambda: system.rows(sql, order, status), 30, f"the payment {status}")
    return str(found["session"])
