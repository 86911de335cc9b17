"""Debian's chromium, driven for the journeys of people; pictures of what they saw are kept in .local/screenshots."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.system import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = ROOT / ".local" / "screenshots"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENT = 20_000  # milliseconds for what a page shall show
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: install Debian's `chromium`")


@contextmanager
def launched_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENT)
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


@contextmanager
def watched_window(browser: Browser, site: str, **options: bool) -> Iterator[BrowserContext]:
    """A browser of its own, in which no page may complain on its console."""
    complaints: list[str] = []
    context = browser.new_context(base_url=site, viewport={"width": 1200, "height": 900}, **options)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
    yield context
    context.close()
    assert complaints == [], complaints


def keep_picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def _is_complaint(said: ConsoleMessage) -> bool:
    """An error, or a policy broken; a form answered with 422, or a card refused with 402, is no fault of the page."""
    return said.type == "error" and not any(f"status of {code}" in said.text for code in (402, 422))
