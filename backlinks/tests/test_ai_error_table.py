"""The table of the provider's errors: current, and without a class that is missing."""

import os

import openai
import pytest

from articles import ai_budgets
from backlinks.tests.ai_error_table import CASES, JOBS, PAGE, Provider, page, row
from queues import backoff

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(httpserver, settings, monkeypatch):
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = httpserver.url_for("/v1"), "sk-of-these-tests"
    settings.OPENAI_MODEL, settings.OPENAI_MODERATION = "gpt-5-mini", True
    monkeypatch.setattr(ai_budgets, "LONGEST_WAIT_SECONDS", 1200.0)  # the day may end within the usual hour
    monkeypatch.setattr(openai._base_client, "INITIAL_RETRY_DELAY", 0.0)  # before the client's own second try
    monkeypatch.setattr(backoff, "jittered", lambda seconds: seconds)
    provider = Provider()
    for path in ("/v1/responses", "/v1/moderations"):
        httpserver.expect_request(path).respond_with_handler(provider.answer)
    return provider


def test_the_page_says_what_happens(provider, settings):
    found = {title: [row(name, case, provider, settings) for case in CASES] for title, name in JOBS.items()}

    if os.environ.get("WRITE_TABLE"):
        PAGE.write_text(page(found))
    assert page(found) == PAGE.read_text()
