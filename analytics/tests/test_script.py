"""What the script on our pages tells, in a real browser under the site's own content policy."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from analytics.models import AnalyticsEvent
from analytics.tests.given import CHROME
from articles.models import Placement
from articles.tests.given import BODY, approved, go_live, published_article, sold, with_link
from tests.chromium import CHROMIUM, QUIET, needs_chromium

SCRIPT = Path(settings.BASE_DIR) / "static" / "analytics.js"


def test_it_is_small_and_keeps_nothing_in_the_browser():
    text = SCRIPT.read_text()

    assert len(text.encode()) < 2048
    assert not any(word in text for word in ("cookie =", "localStorage", "sessionStorage", "indexedDB"))


@needs_chromium
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("plain_static")
def test_views_searches_and_clicks_arrive_and_who_asks_not_to_be_counted_is_not(live_server, settings):
    settings.SITE_URL = live_server.url
    article = published_article(slug="tea")
    go_live(approved(article, with_link(BODY)), sold())
    complaints = []

    with sync_playwright() as playwright:
        # Told to the whole browser: what a page sends as it is left does not know of its window's settings.
        named = [*QUIET, f"--user-agent={CHROME}"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=named)
        for quiet in (False, True):
            context = browser.new_context(base_url=live_server.url)
            if quiet:
                context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.goto("/?q=tea&utm_source=letter")
            page.goto("/articles/tea/")
            page.click("article a[rel~=sponsored]", no_wait_after=True)
            page.wait_for_timeout(200)
            page.goto("/articles/tea/link/")
            page.goto("/accounts/sign-in/")
            page.wait_for_timeout(300)
            cookies = {cookie["name"] for cookie in context.cookies()}
            context.close()
        browser.close()

    told = sorted(AnalyticsEvent.objects.exclude(type="click").values_list("type", "path", "article_id", "label"))
    assert told == [
        ("article_view", "/articles/tea/", article.pk, ""),
        ("page_view", "/", None, ""),
        ("page_view", "/articles/tea/link/", None, ""),
        ("placement_click", "/articles/tea/", article.pk, ""),
        ("search", "/", None, "tea"),
    ]
    first, click = (
        AnalyticsEvent.objects.get(path="/", type="page_view"),
        AnalyticsEvent.objects.get(type="placement_click"),
    )
    assert (first.utm_source, first.browser, click.placement_id) == ("letter", "Chrome", Placement.objects.get().pk)
    assert "analytics" not in " ".join(cookies)
    assert [line for line in complaints if "policy" in line.lower()] == []
