"""A customer's steps to an order in a real browser, for the journeys that begin with them."""

import re
from typing import Any

from playwright.sync_api import Page

from tests.chromium import keep_picture
from tests.system import RUN


def order_a_link(page: Page, article: dict[str, Any], target: str) -> None:
    """From the article through the form to the pay page, or back to the form when it is refused."""
    page.goto(f"/articles/{article['slug']}/")
    page.get_by_role("link", name=re.compile("link in this article", re.IGNORECASE)).first.click()
    page.get_by_label("Where the link leads").fill(target)
    page.get_by_label("The words that become the link").fill("notes on the subject")
    page.get_by_label("Your email").fill(f"browser-{RUN}@example.org")
    page.get_by_label("I have read what I buy").check()
    keep_picture(page, "order-form")
    page.locator("main form button[type=submit]").first.click()


def pay(page: Page, outcome: str = "pay") -> None:
    """On the stand-in's pay page: pay, pay_later, decline or expire."""
    page.wait_for_url(re.compile("/pay/"))
    page.locator(f"button[value={outcome}]").click()


def order_id(page: Page) -> str:
    """Of the order whose page is open."""
    page.wait_for_url(re.compile("/orders/"))
    return re.search(r"/orders/([0-9a-f-]{36})/", page.url).group(1)  # type: ignore[union-attr]
