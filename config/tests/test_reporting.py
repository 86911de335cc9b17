"""Only exceptions of the logs go to Sentry, and the client is loaded only where a DSN asks for it."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import checks, env, reporting


def test_without_a_dsn_the_client_is_not_loaded():
    program = "import django, sys; django.setup(); print('sentry_sdk' in sys.modules)"

    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "False"
    assert reporting.steps("", site="") == []


@pytest.mark.parametrize(
    "dsn", ["https://host/1", "https://key@host", "https://key@host/one", "key@host/1", "ftp://k@h/1"]
)
def test_what_is_no_dsn_stops_every_process(monkeypatch, dsn):
    monkeypatch.setenv("SENTRY_DSN", dsn)

    with pytest.raises(ImproperlyConfigured, match=r"^SENTRY_DSN: "):
        env.dsn("SENTRY_DSN")


@pytest.mark.parametrize(("dsn", "found"), [("", []), ("https://k@h/1", []), ("http://k@h/1", ["copydesk.E023"])])
def test_errors_do_not_travel_in_the_open(settings, dsn, found):
    settings.SENTRY_SECRET_DSN = dsn

    assert [message.id for message in checks.errors_go_by_https(None)] == found


def test_an_error_keeps_its_place_and_loses_its_secrets():
    event = {
        "exception": {"values": [{"type": "Broken", "value": "with sk_live_abcdefghijk and " + "x" * 3000}]},
        "tags": {"name": "integrate-backlink", "token": "abc"},
    }

    sent = reporting._masked(event, {})

    (error,) = sent["exception"]["values"]
    assert error["value"].startswith("with sk_••• and xxx") and len(error["value"]) == reporting.LONGEST
    assert sent["tags"] == {"name": "integrate-backlink", "token": "•••"}


@pytest.mark.parametrize("told", [None, (None, None, None), False])
def test_a_line_without_an_exception_is_not_sent(told):
    line = {"event": "something", "level": "error", "exc_info": told}

    assert reporting._exception(told) is None
    assert reporting._report(None, "error", line) is line
