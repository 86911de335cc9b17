"""The table of the provider's errors: current, and without a class that is missing."""

import os
from datetime import UTC, datetime

import openai
import pytest

from backlinks.tests.ai_error_table import CASES, JOBS, PAGE, Provider, page, row
from queues import backoff

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(httpserver, settings, monkeypatch):
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = httpserver.url_for("/v1"), "sk-of-these-tests"
    settings.OPENAI_MODEL, settings.OPENAI_MODERATION = "gpt-5-mini", True
    settings.ANALYTICS_TIME_ZONE = where_it_is_noon()  # hours before the day of the budgets ends
    monkeypatch.setattr(openai._base_client, "INITIAL_RETRY_DELAY", 0.0)  # before the client's own second try
    monkeypatch.setattr(backoff, "jittered", lambda seconds: seconds)
    provider = Provider()
    for path in ("/v1/responses", "/v1/moderations"):
        httpserver.expect_request(path).respond_with_handler(provider.answer)
    return provider


def where_it_is_noon() -> str:
    west = datetime.now(UTC).hour - 12  # POSIX counts hours west of Greenwich
    return f"Etc/GMT{west:+d}"


def test_the_page_says_what_happens(provider, settings):
    found = {title: [row(name, case, provider, settings) for case in CASES] for title, name in JOBS.items()}

    if os.environ.get("WRITE_TABLE"):
        PAGE.write_text(page(found))
    assert page(found) == PAGE.read_text()
