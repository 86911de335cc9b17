"""The alerts' page: what was called out, when, how often, whether it still is, and who hears of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from queues.alerts import Kind, raise_alert
from queues.models import Alert
from queues.tests.browsing import PAGES, asked, browser, fragment
from queues.tests.calling import QUEUE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
QUERIES = 2  # the list, those above every page


def look():
    page = fragment(browser(), f"{PAGES}alerts/")
    assert page.status == 200
    return page


def raised(kind=Kind.NO_WORKER, about=QUEUE, message="Nobody is at work.") -> Alert:
    raise_alert(kind=kind, about=about, message=message)
    return Alert.objects.get(kind=kind, about=about)


def row(page, alert):
    return page.by_id(f"called-{alert.pk}")


def test_when_nothing_was_ever_called_out_it_says_what_would_be():
    page = look()

    assert "Nothing was ever called out" in page.text
    assert page.all("table") == []


def test_an_alert_says_what_about_what_how_often_and_when():
    alert = raised(message="first words")
    raised(message="3 jobs wait, and no worker runs.")
    Alert.objects.update(first_at=timezone.now() - timedelta(days=2), times=1_200)

    page = look()

    shown = row(page, alert)
    first = timezone.now() - timedelta(days=2)
    cells = shown.cells()
    assert shown.all("th")[0].text == "No worker 3 jobs wait, and no worker runs."
    assert (cells["About"], cells["Now"], cells["How often"]) == (QUEUE, "current", "1,200")
    assert cells["First"] == f"{first.day} {first:%b %Y, %H:%M} UTC"
    assert cells["Last"].endswith(("ago", "now"))


def test_one_that_was_not_called_out_within_the_last_window_is_past():
    alert = raised()
    Alert.objects.update(last_at=timezone.now() - timedelta(minutes=16))

    page = look()

    assert row(page, alert).cells()["Now"] == "past"
    assert not page.has("alerts")


def test_the_latest_comes_first_and_none_is_shown_twice():
    alerts = [raised(about=f"queue-{n}") for n in range(5)]

    page = look()

    shown = [line["id"] for line in page.all("tr") if line.get("id")]
    assert shown == [f"called-{alert.pk}" for alert in reversed(alerts)]
    assert not page.has("alerts")


@pytest.mark.parametrize(
    ("kind", "about", "leads_to"),
    [
        (Kind.NO_WORKER, QUEUE, f"{PAGES}{QUEUE}/"),
        (Kind.DEAD_LETTER, QUEUE, f"{PAGES}{QUEUE}/?state=failed"),
        (Kind.QUEUE_TOO_OLD, "dlq", f"{PAGES}dlq/jobs/"),
        (Kind.NO_RELAY, "relay", PAGES),
        (Kind.NO_WORKER, "gone.queue", PAGES),
    ],
)
def test_an_alert_leads_to_where_its_trouble_is_seen(kind, about, leads_to):
    alert = raised(kind, about)

    (link,) = row(look(), alert).all("a")
    assert link["href"] == leads_to


def test_a_kind_this_release_does_not_know_is_called_by_its_name():
    alert = raised(kind="flood")

    assert row(look(), alert).all("th")[0].text.startswith("flood ")


def test_it_says_who_hears_of_it(settings):
    settings.ALERT_EMAILS, settings.ALERT_WINDOW_SECONDS = ["one@copydesk.example", "two@copydesk.example"], 900

    told = look().by_id("told").text

    assert told == (
        "Sent by mail to one@copydesk.example, two@copydesk.example. "
        "The same trouble is told once in 15 minutes; until then it is only counted."
    )


def test_it_says_that_nobody_hears_of_it(settings):
    settings.ALERT_EMAILS = []

    assert look().by_id("told").text.startswith("Nobody is told by mail: ALERT_EMAILS is empty.")


def test_what_an_error_said_is_no_part_of_the_page():
    raised(message="<script>alert(1)</script>")

    answer = browser().get(f"{PAGES}alerts/").content.decode()

    assert ("<script>alert(1)" in answer, "&lt;script&gt;alert(1)" in answer) == (False, True)


def test_as_many_queries_however_many_there_are():
    http = browser()
    for n in range(20):
        raised(about=f"queue-{n}")

    assert asked(http, f"{PAGES}alerts/") == QUERIES
