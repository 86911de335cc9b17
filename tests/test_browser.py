"""A customer and an editor in a real browser: buy, watch, regenerate, submit, approve, and read the public page."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.buying import order_a_link, order_id, pay
from tests.chromium import keep_picture, needs_chromium
from tests.system import RUN, System

pytestmark = needs_chromium


def test_buy_regenerate_submit_approve_publish(
    window: BrowserContext, browser: Browser, system: System, sample_article: dict[str, Any]
):
    page, target = window.new_page(), f"https://browser-{RUN}.example/notes"

    order_a_link(page, sample_article, target)
    page.wait_for_url(re.compile("/pay/"))
    keep_picture(page, "pay-page")
    pay(page)
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible(timeout=30_000)
    keep_picture(page, "review")

    page.get_by_role("button", name="Write another version").click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible(timeout=30_000)
    keep_picture(page, "review-again")
    page.get_by_role("button", name="Submit to the editor").click()
    expect(page.locator("h1")).to_contain_text("editor")
    keep_picture(page, "submitted")

    approve_in_admin(browser, system, order_id(page))

    page.reload()
    keep_picture(page, "live")
    page.goto(f"/articles/{sample_article['slug']}/")
    links = page.locator(f'a[href="{target}"]')
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("rel", "sponsored noopener")
    expect(links).to_have_text("notes on the subject")
    keep_picture(page, "public-page")


def signed_in_editor(browser: Browser, system: System) -> Page:
    desk = browser.new_context(base_url=system.demo["site"], viewport={"width": 1400, "height": 1000})
    page = desk.new_page()
    page.goto("/admin/")
    page.get_by_label(re.compile("email", re.IGNORECASE)).fill(system.demo["editor"]["email"])
    page.locator("input[name=password]").fill(system.demo["editor"]["password"])
    page.locator("button[type=submit]").first.click()
    return page


def approve_in_admin(browser: Browser, system: System, order: str) -> None:
    page = signed_in_editor(browser, system)
    page.goto("/admin/backlinks/order/")
    keep_picture(page, "admin-orders")
    page.goto(f"/admin/backlinks/order/{order}/change/")
    keep_picture(page, "admin-order")
    page.locator("form[action$='/approve/'] input[name=have_read]").check()
    page.get_by_role("button", name="Approve and publish").click()
    expect(page.get_by_text("Approved and published")).to_be_visible()
    keep_picture(page, "admin-approved")
    page.context.close()


def test_another_browser_sees_nothing_of_the_order(browser: Browser, system: System, article: dict[str, Any]):
    mine, theirs = (browser.new_context(base_url=system.demo["site"]) for _ in range(2))
    page = mine.new_page()
    order_a_link(page, article, f"https://stranger-{RUN}.example/notes")
    page.wait_for_url(re.compile("/pay/"))
    (order,) = system.rows("SELECT id FROM backlinks_order WHERE target_url LIKE %s", f"%stranger-{RUN}%")

    answer = theirs.new_page().goto(f"/orders/{order['id']}/")

    assert answer is not None
    assert answer.status == 404
    assert (mine.new_page().goto(f"/orders/{order['id']}/") or answer).status == 200


def test_the_form_says_what_is_wrong_beside_the_field_and_loses_nothing(
    window: BrowserContext, system: System, article: dict[str, Any], tmp_path: Path
):
    page = window.new_page()
    page.goto(f"/articles/{article['slug']}/link/")
    page.get_by_label("Where the link leads").fill("http://127.0.0.1/admin")
    page.get_by_label("The words that become the link").fill("best")
    page.get_by_label("Your email").fill("ada@example.org")
    page.get_by_label("I have read what I buy").check()

    page.locator("main form button[type=submit]").click()

    expect(page.locator("#id_target_url[aria-invalid=true]")).to_be_visible()
    expect(page.locator("#id_anchor_text[aria-invalid=true]")).to_be_visible()
    assert page.get_by_label("Your email").input_value() == "ada@example.org"
    keep_picture(page, "order-form-errors")
    assert system.rows("SELECT 1 FROM backlinks_order WHERE anchor_text = 'best'") == []
