"""What readers do is seen by the desk as it happens, and counted; every page of figures can be used by everybody."""

import re

from playwright.sync_api import Browser, Page, expect

from analytics.tests.given import CHROME
from tests.accessibility import PHONE, faults
from tests.chromium import keep_picture, needs_chromium
from tests.system import RUN, System, until
from tests.test_workflows import signed_in

pytestmark = needs_chromium
HOME = "/admin/analytics/"


def visit(browser: Browser, system: System, *paths: str) -> None:
    """As a reader would; a headless browser that says so is a robot. What is seen is told after a second or two."""
    context = browser.new_context(base_url=system.demo["site"], user_agent=CHROME)
    page = context.new_page()
    for path in paths:
        with page.expect_response(re.compile("/api/analytics/ingest"), timeout=10_000) as told:
            page.goto(path)
        assert told.value.status == 202
    context.close()


def events_now(page: Page) -> int:
    return int(page.locator(".cards div", has_text="Events").locator("dd").inner_text().replace(",", ""))


def test_readers_are_seen_as_they_come_and_the_figures_can_be_read_by_everybody(browser: Browser, system: System):
    desk = signed_in(browser, system, "editor")
    desk.goto(f"{HOME}now/")
    before = events_now(desk)
    mark = "still the same page"
    desk.evaluate(f"window.mark = '{mark}'")

    visit(browser, system, "/", f"/?q=nothing-called-{RUN}")

    until(lambda: events_now(desk) >= before + 3, 20, "two views and a search on the page")
    expect(desk.locator("section", has_text="Pages").first).to_contain_text("/")
    assert desk.evaluate("window.mark") == mark
    keep_picture(desk, "figures-now")

    desk.set_viewport_size(PHONE)
    found = []
    for name in ("overview", "searches", "funnels", "retention", "sales"):
        desk.goto(f"{HOME}{name}/")
        found += [f"{name}, {fault}" for fault in faults(desk)]
        keep_picture(desk, f"phone-figures-{name}")
    assert found == []
    desk.close()
