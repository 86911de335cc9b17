"""The overview says exactly what stands in the queues, what is wrong with them, and where to look closer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from queues.alerts import raise_alert
from queues.declare import QUEUES
from queues.folding import fold
from queues.models import Counter, Minute
from queues.pausing import pause
from queues.tests.browsing import PAGES, asked, browser, fragment
from queues.tests.calling import QUEUE
from queues.tests.filled import ago, one_in_every_state, relay, worker
from queues.tests.given import OWNER, put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
QUERIES = 10  # six for the figures, workers, relay, history, alerts
STATES = ("Waiting", "Active", "Delayed", "Failed", "Completed", "Cancelled")


def look(**query):
    page = fragment(browser(), PAGES, **query)
    assert page.status == 200
    return page


def cards(page):
    """The summary: each card's figure and what stands under it, by its name."""
    found = [card for card in page.all("div") if card.get("class").startswith("q-card")]
    words = [[line.text for line in (*card.all("dt"), *card.all("dd"))] for card in found]
    return {name: (figure, more) for name, figure, more in words}


def test_on_the_first_day_it_says_that_nothing_has_happened_yet():
    page = look()

    assert "Nothing has been queued yet" in page.text
    assert cards(page) == {
        "Waiting": ("0", "0 more wait for their time"),
        "Running": ("0", "0 of 0 slots busy"),
        "Failed": ("0", "No dead letters"),
        "Completed": ("0 a minute", "0 in the last hour"),
        "Oldest waiting": ("–", "Nothing waits"),
        "Workers": ("0", "None is running"),
        "Relay": ("Away", "Nothing is handed out"),
    }


def test_the_cards_add_all_queues_up():
    one_in_every_state(), put("test-small"), worker(QUEUE, slots=4, busy=3), worker("dlq", slots=2, busy=1), relay()

    page = look()

    assert "Nothing has been queued yet" not in page.text
    shown = cards(page)
    assert shown.pop("Oldest waiting")[1] == f"in {QUEUE}"
    assert shown == {
        "Waiting": ("4", "1 more wait for their time"),  # one of them in the dead letters' own queue
        "Running": ("1", "4 of 6 slots busy"),
        "Failed": ("1", "Read the dead letters"),
        "Completed": ("1 a minute", "1 in the last hour"),
        "Workers": ("2", "with 6 slots"),
        "Relay": ("Runs", "hands work out"),
    }


def test_each_queue_has_a_row_with_its_exact_figures_and_where_they_lead():
    one_in_every_state(), worker(QUEUE)

    page = look()

    rows = [row["id"] for row in page.all("tr") if row.get("id").startswith("queue-")]
    assert rows == [f"queue-{name}" for name in QUEUES]
    row = page.by_id(f"queue-{QUEUE}")
    cells = row.cells()
    assert {state: cells[state] for state in STATES} == dict(zip(STATES, "211111", strict=True))
    assert (cells["Done a minute, an hour"], cells["Workers"]) == ("1 / 1", "1 4 slots")
    assert cells["Oldest waits"].startswith("5 min")
    assert [link["href"] for link in row.all("a")] == [f"{PAGES}{QUEUE}/"] + [
        f"{PAGES}{QUEUE}/?state={state.lower()}" for state in STATES
    ]


def test_the_dead_letters_own_queue_is_not_taken_for_their_page():
    assert look().by_id("queue-dlq").all("a")[0]["href"] == f"{PAGES}dlq/jobs/"


def test_figures_are_the_same_folded_or_not_and_written_for_people():
    Counter.objects.create(queue=QUEUE, enqueued=1_234_568, completed=1_234_567)
    put()
    fold()

    cells = look().by_id(f"queue-{QUEUE}").cells()

    assert (cells["Completed"], cells["Waiting"]) == ("1,234,567", "1")


def test_what_is_paused_or_has_no_worker_says_so():
    put(), pause(queue=QUEUE, actor=OWNER, reason="the press is being cleaned.")

    page = look()

    assert page.by_id(f"queue-{QUEUE}").all("th")[0].text == f"{QUEUE} paused No worker on this queue"
    words = page.by_id(f"paused-{QUEUE}").text
    assert words.startswith(f"Paused by {OWNER.label} since ") and words.endswith(": the press is being cleaned.")


def test_the_books_balance_and_say_by_how_much_they_do_not():
    one_in_every_state()
    books = look().by_id(f"books-{QUEUE}").cells()
    assert books == {
        "Came in": "7",
        "= completed": "1",
        "+ failed": "1",
        "+ deleted": "0",
        "+ cancelled": "1",
        "+ under way": "4",
        "Difference": "0",
        "Last recount": "not yet",
    }

    Counter.objects.create(queue=QUEUE, enqueued=3, recounted_at=ago(60), drift=2)

    books = look().by_id(f"books-{QUEUE}").cells()
    assert (books["Came in"], books["Difference"]) == ("10", "3")
    assert books["Last recount"].endswith(", 2 off")


def test_the_workers_are_listed_with_what_they_do():
    worker(QUEUE, "dlq", slots=4, busy=3)

    assert look().by_id("worker-1").all("th")[0].text == "worker-1:4711:99"
    cells = look().by_id("worker-1").cells()
    assert (cells["Pool"], cells["Queues"], cells["Busy"]) == ("io", f"{QUEUE}, dlq", "3 of 4")


def test_alerts_stand_above_everything_the_latest_three_and_how_many_there_are():
    for n in range(4):
        raise_alert(kind="no_worker", about=f"q{n}", message=f"Trouble {n}.")
    raise_alert(kind="no_worker", about="q1", message="Trouble 1 again.")

    alerts = look().by_id("alerts")

    words = [line.text for line in alerts.all("p")]
    latest = ["Trouble 1 again", "Trouble 3", "Trouble 2"]
    assert [line.split(".")[0] for line in words] == [*(f"warning {line}" for line in latest), "All 4 alerts"]
    assert "2 times since" in words[0]


def test_the_charts_have_their_figures_as_tables_for_whoever_sees_no_chart():
    minute = timezone.now().replace(second=0, microsecond=0)
    Minute.objects.create(queue=QUEUE, minute=minute - timedelta(minutes=2), completed=7, enqueued=9, waiting=5)

    page = look()

    values = [[cell.text for cell in row.all("td")] for row in page.by_id("table-throughput").all("tr")]
    assert ["9", "7", "0", "0"] in values
    depth = [[cell.text for cell in row.all("td")] for row in page.by_id("table-depth").all("tr")]
    assert depth.count(["5", "0", "0"]) in (3, 4)  # from then on; a minute may have ended meanwhile


@pytest.mark.parametrize(("span", "points"), [("hour", 60), ("day", 96), ("week", 84)])
def test_how_far_back_the_charts_look_can_be_chosen(span, points):
    page = look(span=span)

    assert len(page.by_id("table-depth").all("tr")) == points + 1
    (current,) = (link for link in page.by_id("spans").all("a") if link.get("aria-current"))
    assert current["data-span"] == span


def test_no_other_span_is_known():
    assert fragment(browser(), PAGES, span="century").status == 404
    assert browser().get(f"{PAGES}charts/", {"span": "century"}).status_code == 404
    assert browser().get(f"{PAGES}charts/", {"queue": "gone.queue"}).status_code == 404


def test_the_charts_draw_what_the_tables_say():
    Minute.objects.create(queue=QUEUE, minute=ago(0).replace(second=0, microsecond=0), dead=3, waiting=8)
    Minute.objects.create(queue="dlq", minute=ago(0).replace(second=0, microsecond=0), dead=1)

    one, both = (browser().get(f"{PAGES}charts/", {"queue": queue}).json() for queue in (QUEUE, ""))

    assert (one["span"], one["bucket_seconds"], len(one["at"])) == ("hour", 60, 60)
    assert (sum(one["failed"]), one["waiting"][-1], sum(both["failed"])) == (3, 8, 4)


def test_as_many_queries_however_much_there_is():
    http = browser()
    assert asked(http, PAGES) == QUERIES
    for _ in range(3):
        one_in_every_state()
    worker(QUEUE), worker("dlq"), relay(), pause(queue=QUEUE, actor=OWNER, reason="x")
    raise_alert(kind="no_worker", about=QUEUE, message="x")

    assert asked(http, PAGES) == QUERIES
