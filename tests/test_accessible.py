"""Every page a customer sees, at each state of an order, is usable by everybody: axe-core, 360 px, dark, keyboard."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accessibility import PHONE, faults, tabbed
from tests.cast import LONG_PATH, LONG_WORDS, Cast, brought_there
from tests.chromium import keep_picture, needs_chromium
from tests.system import RUN, System, until

pytestmark = needs_chromium

Way = Callable[[Page, Cast], object]
FIELDS = ["id_target_url", "id_anchor_text", "id_customer_notes", "id_email", "id_consent"]


@pytest.fixture(scope="module")
def cast(system: System, tmp_path_factory: pytest.TempPathFactory) -> Cast:
    return brought_there(system, tmp_path_factory.mktemp("accessible"))


@pytest.fixture(scope="module")
def page(browser: Browser, system: System) -> Iterator[Page]:
    context = browser.new_context(base_url=system.demo["site"], viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def slow_model(system: System) -> Iterator[None]:
    system.control("openai", mode="ok", delay_seconds=15)
    yield
    system.control("openai", mode="ok", delay_seconds=0)


def looked_at(page: Page, name: str) -> list[str]:
    """The page's faults with everything unfolded; pictures of it on a telephone, by night and by day."""
    page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
    found = list(faults(page))
    page.emulate_media(color_scheme="dark")
    keep_picture(page, f"phone-{name}-dark")
    page.emulate_media(color_scheme="light")
    keep_picture(page, f"phone-{name}")
    return [f"{name}, {fault}" for fault in found]


def send(page: Page) -> None:
    page.locator("main form button[type=submit]").first.click()


def open_form(page: Page, cast: Cast) -> None:
    page.goto(f"/articles/{cast.roomy['slug']}/link/")


def send_wrong_form(page: Page, cast: Cast) -> None:
    open_form(page, cast)
    page.locator("#id_target_url").fill("http://127.0.0.1/" + LONG_PATH)
    page.locator("#id_anchor_text").fill(LONG_WORDS)
    send(page)
    expect(page.locator("#id_target_url[aria-invalid=true]")).to_be_visible()


def fill_basket(page: Page, cast: Cast) -> None:
    open_form(page, cast)
    for name, text in zip(FIELDS, (f"https://basket-{RUN}.example/{LONG_PATH}", "notes on the subject"), strict=False):
        page.locator(f"#{name}").fill(text)
    page.locator("#id_email").fill(f"basket-{RUN}@example.org")
    page.locator("#id_consent").check()
    page.get_by_role("button", name="Put in the basket").click()
    page.wait_for_url(re.compile("/basket/"))


def ask_for_code(page: Page, cast: Cast) -> None:
    page.goto("/accounts/sign-in/")
    page.get_by_label(re.compile("email", re.IGNORECASE)).fill(cast.orders["review"].email)
    send(page)
    page.wait_for_url(re.compile("/sign-in/code/"))


def mistype_code(page: Page, cast: Cast) -> None:
    page.locator("input[name=code]").fill("12")
    send(page)
    expect(page.locator("input[name=code][aria-invalid=true]")).to_be_visible()


def sign_in(page: Page, cast: Cast) -> None:
    page.locator("input[name=code]").fill(until(lambda: code_sent(cast), 15, "the code"))
    send(page)
    page.wait_for_url(re.compile("/accounts/$"))


def code_sent(cast: Cast) -> str:
    buyer = cast.orders["review"]
    letters = [f"{letter['subject']} {letter.get('text', '')}" for letter in buyer.system.messages(buyer.email)]
    codes = [found[1] for letter in letters if "code" in letter and (found := re.search(r"\b(\d{6})\b", letter))]
    return codes[0] if codes else ""


def open_certificate(page: Page, cast: Cast) -> None:
    issued = "SELECT number, secret FROM backlinks_linkcertificate WHERE order_id = %s"
    (found,) = cast.system.rows(issued, cast.orders["live"].order_id)
    page.goto(f"/certificates/{found['number']}/{found['secret']}/")


def compare_versions(page: Page, cast: Cast) -> None:
    page.goto(cast.door_of("review"))
    page.goto(cast.page_of("review", f"versions/{cast.orders['review'].versions()[0]['id']}/"))


PAGES: dict[str, Way] = {
    "catalogue": lambda page, cast: page.goto("/"),
    "catalogue-nothing": lambda page, cast: page.goto("/?q=nothing-is-called-like-this"),
    "article": lambda page, cast: page.goto(f"/articles/{cast.full['slug']}/"),
    "form": open_form,
    "form-errors": send_wrong_form,
    "no-room": lambda page, cast: page.goto(f"/articles/{cast.full['slug']}/link/"),
    "not-found": lambda page, cast: page.goto("/nothing-here/"),
    "basket-empty": lambda page, cast: page.goto("/basket/"),
    "basket": fill_basket,
    "sign-in": lambda page, cast: page.goto("/accounts/sign-in/"),
    "code": ask_for_code,
    "code-wrong": mistype_code,
    "account": sign_in,
    "versions-compared": compare_versions,
    "certificate": open_certificate,
}
STATES = [
    "unpaid", "expired", "confirming", "review", "submitted", "live", "rejected", "disputed", "failed",
    "refunded", "refund-returned",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page(name: str, page: Page, cast: Cast):
    PAGES[name](page, cast)

    assert looked_at(page, name) == []


@pytest.mark.parametrize("state", STATES)
def test_an_order(state: str, page: Page, cast: Cast):
    page.goto(cast.door_of(state))

    assert looked_at(page, f"order-{state}") == []


def test_an_order_while_it_is_written(page: Page, cast: Cast, slow_model: None):
    cast.paid("processing", article=cast.roomy, reach="PROCESSING")
    page.goto(cast.door_of("processing"))

    assert looked_at(page, "order-processing") == []
    assert cast.orders["processing"].status()["status"] == "PROCESSING"


@pytest.mark.parametrize("state", ["live", "refunded"])
def test_a_receipt(state: str, page: Page, cast: Cast):
    page.goto(cast.door_of(state))
    page.goto(cast.page_of(state, "receipt/"))

    assert looked_at(page, f"receipt-{state}") == []


def test_the_form_is_filled_and_sent_by_keyboard_alone_and_the_focus_is_always_seen(page: Page, cast: Cast):
    open_form(page, cast)
    stops = tabbed(page, 30)
    assert [name for name, _ in stops if name in FIELDS][:5] == FIELDS
    assert [name for name, is_seen in stops if not is_seen] == []

    open_form(page, cast)
    while page.evaluate("document.activeElement.id") != FIELDS[0]:
        page.keyboard.press("Tab")
    for text in (f"https://keys-{RUN}.example/notes", "notes on the subject", "of tools", f"keys-{RUN}@example.org"):
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != FIELDS[-1]:
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/pay/"))


BAD = """<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1>
<p style="color: #aaa; background: #fff">Too pale to read</p><input type="text" name="nameless">
<button style="width: 10px; height: 10px; padding: 0">x</button><div style="width: 900px">Too wide</div>
<p style="width: 40px; overflow: hidden; white-space: nowrap">Cut off in the middle of it</p></main></html>"""


def test_what_these_tests_look_for_they_find(page: Page):
    """Or their silence would say nothing."""
    page.goto("about:blank")  # or the policy of the page before would forbid the styles
    page.set_content(BAD)

    found = "\n".join(faults(page))

    for fault in ("color-contrast", "label", "scrolls sideways", "beyond the edge", "cut off", "too small to tap"):
        assert f"on a telephone: {fault}" in found, found
