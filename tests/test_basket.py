"""A guest in a real browser: two links in one basket, one payment, two orders; one goes to the editor."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.accessibility import faults
from tests.buying import pay
from tests.chromium import keep_picture, needs_chromium
from tests.conftest import LONG, published
from tests.system import RUN, System

pytestmark = needs_chromium


def test_guest_buys_two_links_in_one_basket_and_submits_one(
    window: BrowserContext, system: System, article: dict[str, Any], tmp_path: Path
):
    other = published(system, tmp_path, f"second-{RUN}", LONG)
    page = window.new_page()
    look_for(page, article)
    put_aside(page, article, f"https://basket-one-{RUN}.example/notes")
    put_aside(page, other, f"https://basket-two-{RUN}.example/notes")

    expect(page.get_by_role("button", name="Pay for 2 links, $98.00")).to_be_visible()
    keep_picture(page, "basket")
    assert list(faults(page)) == []
    page.get_by_role("button", name="Pay for 2 links").click()
    page.wait_for_url(re.compile("/pay/"))
    expect(page.locator("tbody tr")).to_have_count(2)
    pay(page)
    page.wait_for_url(re.compile("/basket/paid/"))
    expect(page.locator("h1")).to_have_text("Request received!", timeout=30_000)
    expect(page.locator(".entry")).to_have_count(2)
    expect(page.locator("#basket-link")).to_have_text("Basket")
    expect(page.get_by_text("Your change is ready to read")).to_have_count(2, timeout=60_000)
    keep_picture(page, "basket-paid")
    assert list(faults(page)) == []

    page.get_by_role("link", name=article["title"]).click()
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()
    assert paid_together(system) == [(2, 1, 2)]
    for number in (2, 3):
        page.get_by_role("button", name="Write another version").click()
        expect(page.get_by_role("heading", name=f"Version {number}")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Submit to the editor").click()
    expect(page.locator("h1")).to_have_text("With the editor")


def look_for(page: Page, article: dict[str, Any]) -> None:
    """In the catalogue, by a word of its title and one that stands in its text alone."""
    page.goto("/")
    page.get_by_label("Search titles and texts").fill(f"{article['slug']} writing")
    page.get_by_label("Room").select_option("1")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".entry h2").first).to_have_text(article["title"])
    keep_picture(page, "catalogue-found")
    assert list(faults(page)) == []
    page.get_by_role("link", name=f"Place a link in {article['title']}").click()
    page.wait_for_url(re.compile(f"/articles/{article['slug']}/link/$"))


def put_aside(page: Page, article: dict[str, Any], target: str) -> None:
    """What is wrong with a field is said while it is typed."""
    page.goto(f"/articles/{article['slug']}/link/")
    where = page.get_by_label("Where the link leads")
    where.fill("http://example.com/")
    expect(page.locator("#id_target_url_error")).to_contain_text("The address must begin with https://")
    where.fill(target)
    expect(page.locator("#id_target_url_error")).to_have_text("")
    page.get_by_label("The words that become the link").fill("notes on the subject")
    page.get_by_label("Your email").fill(f"basket-{RUN}@example.org")
    page.get_by_label("I have read what I buy").check()
    page.get_by_role("button", name="Put in the basket").click()
    page.wait_for_url(re.compile("/basket/$"))


def paid_together(system: System) -> list[tuple[Any, ...]]:
    """Orders of this journey, their payments, and the times they were begun."""
    rows = system.rows(
        "SELECT count(DISTINCT o.id) AS orders, count(DISTINCT o.paid_by_id) AS payments, count(e.id) AS begun"
        " FROM backlinks_order o JOIN backlinks_orderevent e ON e.order_id = o.id AND e.to_status = 'PROCESSING'"
        " WHERE o.email = %s",
        f"basket-{RUN}@example.org",
    )
    return [tuple(row.values()) for row in rows]
