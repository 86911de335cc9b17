"""A new article is ordered in a real browser, written by the workers, regenerated, submitted, approved, and is live."""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.accessibility import DESK, faults
from tests.buying import order_id, pay
from tests.chromium import keep_picture, needs_chromium
from tests.system import RUN, System
from tests.test_browser import approve_in_admin, signed_in_editor

pytestmark = needs_chromium
MATERIAL = Path(__file__).parent / "material" / "kitchen_knives.md"
TARGET = f"https://knives-{RUN}.example/guide"
POINTS = "Choosing a whetstone\nHolding the angle\nLooking after the edge between sharpenings"


def order_an_article(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Order a new article").click()
    page.get_by_label("What the article is about").fill("Keeping a kitchen knife sharp")
    page.get_by_label("What its readers search for").fill("sharp kitchen knife")
    page.get_by_label("What it must cover").fill(POINTS)
    page.get_by_label("Material it may draw on").fill(MATERIAL.read_text(encoding="utf-8"))
    page.get_by_label("Where the link leads").fill(TARGET)
    page.get_by_label("The words that become the link").fill("a guide to whetstones")
    page.get_by_label("Your email").fill(f"author-{RUN}@example.org")
    page.get_by_label("I have read what I buy").check()
    assert list(faults(page)) == []
    keep_picture(page, "article-form-phone")
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="Go to the payment").click()


def test_a_brief_is_bought_written_regenerated_approved_and_live(
    window: BrowserContext, browser: Browser, system: System
):
    page = window.new_page()

    order_an_article(page)
    pay(page)
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name="Holding the angle")).to_be_visible()
    assert list(faults(page)) == []
    keep_picture(page, "article-review-phone")
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="Write another version").click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Submit to the editor").click()
    expect(page.locator("h1")).to_contain_text("editor")
    approve_in_admin(browser, system, order_id(page))

    page.reload()
    expect(page.locator("h1")).to_contain_text("Your article is live")
    page.get_by_role("link", name="See the article").click()
    links = page.locator(f'a[href="{TARGET}"]')
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("rel", "sponsored noopener")
    expect(page.locator(".prose a")).to_have_count(1)
    expect(page.locator("h1")).to_have_text(re.compile("Keeping a kitchen knife sharp"))
    keep_picture(page, "article-public")
    kinds = system.rows(
        "SELECT kind FROM mail_emaillog WHERE subject_type = 'order' AND subject_id = %s ORDER BY queued_at",
        _order_of(system),
    )
    assert [row["kind"] for row in kinds] == [
        "request_received",
        "ordered_article_ready",
        "ordered_article_ready",
        "submitted",
        "article_live",
    ]


def test_staff_ask_for_an_article_and_read_it(browser: Browser, system: System):
    page = signed_in_editor(browser, system)

    page.goto("/admin/articles/brief/add/")
    page.locator("#id_topic").fill("Looking after the knives of a kitchen")
    page.locator("#id_keyword").fill("kitchen knives")
    page.locator("#id_points").fill("Nothing but a heading")
    keep_picture(page, "brief-form")
    page.locator("input[name=_save]").or_(page.locator("button[name=_save]")).first.click()
    expect(page.get_by_text("It could not be written")).to_be_visible(timeout=30_000)
    keep_picture(page, "brief-failed")

    expect(page.get_by_role("heading", name="Version 1: failed quality control")).to_be_visible()
    page.get_by_role("button", name="Write another draft").click()
    expect(page.get_by_role("heading", name="Version 2: failed quality control")).to_be_visible(timeout=30_000)


def _order_of(system: System) -> str:
    (row,) = system.rows("SELECT id FROM backlinks_order WHERE target_url = %s", TARGET)
    return str(row["id"])
