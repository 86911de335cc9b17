"""An editor asks the assistant in a browser: watched as it is written, read, accepted, and live with what it said."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import DESK, PHONE, faults
from tests.chromium import keep_picture, needs_chromium
from tests.system import ROOT, RUN, System
from tests.test_workflows import signed_in

pytestmark = [needs_chromium, pytest.mark.usefixtures("nothing_goes_live_by_itself")]
NAME = f"seed-{RUN}".lower()
SAMPLE = Path(ROOT) / "articles" / "sample_articles" / "saving-seed.md"


def carried_in(desk: Page) -> str:
    """The address of its texts."""
    source = SAMPLE.read_text(encoding="utf-8").replace("slug: saving-seed", f"slug: {NAME}")
    desk.goto("/admin/articles/article/import/")
    file = {"name": f"{NAME}.md", "mimeType": "text/markdown", "buffer": source.encode()}
    desk.locator("input[type=file]").set_input_files([file])
    desk.get_by_role("button", name="Import", exact=True).click()
    expect(desk.locator("#done")).to_contain_text("A new article, version 1.")
    desk.locator("#done").get_by_role("link").click()
    return desk.url


def publish(desk: Page, number: int) -> None:
    desk.get_by_label("I have read what changes").check()
    desk.get_by_role("button", name=f"Publish version {number}").click()
    expect(desk.get_by_text(f"Version {number} is live")).to_be_visible()


def test_search_advice_is_watched_accepted_and_live_with_its_text(browser: Browser, system: System):
    desk = signed_in(browser, system, "editor")
    carried_in(desk)
    desk.get_by_role("link", name=re.compile("^Publish…")).first.click()
    publish(desk, 1)

    desk.get_by_role("link", name="Ask the assistant").click()
    desk.get_by_label("What readers search for").fill("vegetable seed")
    desk.get_by_role("button", name="Improve it for search engines").click()
    expect(desk.get_by_role("button", name="Accept")).to_be_visible(timeout=30_000)  # by itself, without a reload
    expect(desk.get_by_text(re.compile(r"^After: \d+ of 100$"))).to_be_visible()
    keep_picture(desk, "assistant")
    for size in (DESK, PHONE):
        desk.set_viewport_size(size)
        assert list(faults(desk)) == []
    address = f"{system.demo['site']}/articles/{NAME}/"
    assert "Vegetable seed:" not in system.http.get(address).text

    desk.get_by_role("button", name="Accept").click()
    desk.get_by_role("link", name="Version 2", exact=True).click()
    publish(desk, 2)

    page = system.http.get(address).text
    assert "<title>Vegetable seed: Saving seed from your own vegetables" in page
    assert '"keywords": ["vegetable seed"]' in page
    assert '<meta property="og:title" content="Vegetable seed: Saving seed from your own vegetables">' in page
    desk.close()
