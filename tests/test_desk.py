"""An editor's day in a browser: a text comes in, two write it at once, it is compared, read as a page and published."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import PHONE, faults
from tests.chromium import keep_picture, needs_chromium
from tests.system import RUN, System
from tests.test_workflows import signed_in

pytestmark = [needs_chromium, pytest.mark.usefixtures("nothing_goes_live_by_itself")]
NAME = f"carried-in-{RUN}".lower()
SOURCE = f"# Carried in {RUN}\n\nThe first paragraph stays.\n\nThe second one is changed by two people.\n"


def carry_in(desk: Page) -> None:
    desk.goto("/admin/articles/article/import/")
    desk.locator("input[type=file]").set_input_files(
        [{"name": f"{NAME}.md", "mimeType": "text/markdown", "buffer": SOURCE.encode()}]
    )
    desk.get_by_role("button", name="Try it first").click()
    expect(desk.locator("#done")).to_contain_text("It would be a new article")
    desk.get_by_role("button", name="Import", exact=True).click()
    expect(desk.locator("#done")).to_contain_text("A new article, version 1.")
    desk.locator("#done").get_by_role("link").click()


def write(desk: Page, body: str, button: str = "Save as a new version") -> None:
    desk.locator("#body").fill(body)
    desk.get_by_role("button", name=button).click()


def publish(desk: Page) -> None:
    desk.get_by_role("link", name=re.compile("^Publish…")).first.click()
    desk.get_by_label("I have read what changes").check()
    desk.get_by_role("button", name=re.compile("^Publish version")).click()
    expect(desk.get_by_text(re.compile(r"Version \d+ is live"))).to_be_visible()


def test_a_text_comes_in_is_written_by_two_and_published_and_taken_back(browser: Browser, system: System):
    desk = signed_in(browser, system, "editor")
    carry_in(desk)
    texts = desk.url
    publish(desk)
    other = signed_in(browser, system, "owner")
    for page in (desk, other):
        page.goto(texts)
        page.get_by_role("link", name="Edit the text").click()

    write(other, SOURCE + "\nTheirs.\n")
    write(desk, SOURCE.replace("changed", "rewritten"))
    expect(desk.get_by_role("alert")).to_contain_text("came while you were writing")
    expect(desk.locator("ins", has_text="rewritten")).to_be_visible()
    expect(desk.locator("#body")).to_have_value(re.compile("rewritten by two people"))
    keep_picture(desk, "desk-conflict")
    write(desk, SOURCE.replace("changed", "rewritten") + "\nTheirs.\n", "Save mine after theirs")
    expect(desk.get_by_text("Saved as version 3.")).to_be_visible()
    publish(desk)
    keep_picture(desk, "desk-texts")
    address = f"{system.demo['site']}/articles/{NAME}/"
    assert "rewritten by two people" in system.http.get(address).text

    desk.get_by_role("button", name="Bring back… version 1").click()
    desk.get_by_label("I have read what changes").check()
    desk.get_by_role("button", name="Publish version 4").click()
    assert "changed by two people" in system.http.get(address).text

    desk.close()
    other.close()


def test_the_desk_can_be_used_by_everybody(browser: Browser, system: System):
    desk = signed_in(browser, system, "editor")
    (article,) = system.rows("SELECT id FROM articles_article WHERE slug = %s", NAME)
    own = f"/admin/articles/article/{article['id']}"
    desk.set_viewport_size(PHONE)
    found = []
    for page in (f"{own}/texts/", f"{own}/compare/?before=1&after=3", f"{own}/edit/", "/admin/backlinks/order/review/"):
        desk.goto(page)
        found += [f"{page}, {fault}" for fault in faults(desk)]
    assert found == []
    desk.close()
