"""A queue's page: its figures, its jobs by state, found by a search, page by page; and its two switches."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from queues.models import Job, Pause, State
from queues.pausing import pause
from queues.tests.browsing import PAGES, Element, asked, browser, fragment, read
from queues.tests.calling import QUEUE, everything
from queues.tests.dead import dead, many_dead
from queues.tests.filled import ago, ended, one_in_every_state, relay, running, worker
from queues.tests.given import OWNER, column, dispatched, put
from queues.views.queue import STALE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

PAGE = f"{PAGES}{QUEUE}/"
QUERIES = 13  # six for the figures, four for why jobs wait, the list, history, alerts
IN_LINE = 5  # more: a second list of those handed over, and how many come before the first in each of the two
STATES = ("waiting", "active", "delayed", "failed", "completed", "cancelled")


def look(**query):
    page = fragment(browser(), PAGE, **query)
    assert page.status == 200
    return page


def listed(page):
    """The ids of the jobs in the list, in its order."""
    return [row["id"].removeprefix("job-") for row in page.by_id("jobs").all("tr") if row.get("id")]


def ids(*jobs):
    return [str(job.pk) for job in jobs]


def row_of(page, job):
    return page.by_id(f"job-{job.pk}")


def tabs(page):
    links: list[Element] = page.by_id("jobs").all("nav")[0].all("a")
    return links


def test_an_empty_queue_says_that_it_is():
    page = look()

    assert "This queue is empty." in page.by_id("jobs").text
    assert [tab.text for tab in tabs(page)] == ["All 0", *(f"{state.capitalize()} 0" for state in STATES)]
    assert "0 came in = 0 completed + 0 failed + 0 deleted + 0 cancelled + 0 under way; difference 0" in page.text


@pytest.mark.parametrize(("state", "words"), [("failed", "Nothing has failed."), ("delayed", "No job is delayed.")])
def test_an_empty_list_says_that_it_is(state, words):
    assert words in look(state=state).by_id("jobs").text


def test_the_tabs_count_the_jobs_of_each_state_and_lead_there():
    one_in_every_state(), put()

    page = look(state="failed", q="error:jammed")

    shown = {tab.text: (tab["href"], tab.get("aria-current")) for tab in tabs(page)}
    to = "q=error%3Ajammed"
    assert shown == {
        "All 8": (f"{PAGE}?state=total&{to}", ""),
        "Waiting 3": (f"{PAGE}?state=waiting&{to}", ""),
        "Active 1": (f"{PAGE}?state=active&{to}", ""),
        "Delayed 1": (f"{PAGE}?state=delayed&{to}", ""),
        "Failed 1": (f"{PAGE}?state=failed&{to}", "page"),
        "Completed 1": (f"{PAGE}?state=completed&{to}", ""),
        "Cancelled 1": (f"{PAGE}?state=cancelled&{to}", ""),
    }


def test_each_tab_lists_the_jobs_of_its_state_and_no_other():
    jobs = one_in_every_state()

    assert listed(look(state="waiting")) == ids(jobs["waiting"], jobs["handed over"])
    for state in STATES[1:]:
        assert (state, listed(look(state=state))) == (state, ids(jobs[state]))
    assert listed(look()) == ids(*sorted(jobs.values(), key=lambda job: job.pk, reverse=True))


def test_a_row_says_what_matters_in_its_state():
    jobs, _ = one_in_every_state(), (worker(busy=4), relay())
    page = look()

    cells = {word: row_of(page, job).cells() for word, job in jobs.items()}

    assert {word: cell["Attempt"] for word, cell in cells.items()} == {
        **dict.fromkeys(("waiting", "handed over", "delayed", "completed", "cancelled"), "0 of 3"),
        **dict.fromkeys(("active", "failed"), "1 of 3"),
    }
    assert cells["waiting"]["State"] == "waiting Waits its turn: all 4 slots of its workers are busy."
    assert cells["handed over"]["State"].startswith("waiting Handed to the workers: it starts as soon as one of their")
    assert cells["active"]["State"] == "active 40 %"
    assert cells["delayed"]["State"].startswith("delayed Due at ")
    assert cells["failed"]["State"] == "failed the press is jammed"
    assert (cells["completed"]["State"], cells["cancelled"]["State"]) == ("completed", "cancelled ordered twice")
    assert cells["waiting"]["When"].startswith("since 5 min")
    assert cells["completed"]["When"].startswith("done 1 min") and cells["completed"]["When"].endswith(" ago in 4.2 s")
    assert {cell["About"] for cell in cells.values()} == {"–"}


def test_a_rows_link_opens_the_job():
    job = put()

    (link,) = row_of(look(), job).all("a")

    assert (link.text, link["href"], "data-drawer" in link.attributes) == ("test-job", f"{PAGE}jobs/{job.pk}/", True)


def test_what_waits_in_line_says_how_many_come_first():
    jobs = [put(run_at=ago(60 - n)) for n in range(3)]
    worker(busy=4), relay()

    said = [row_of(look(state="waiting"), job).cells()["State"] for job in jobs]

    assert [words.split(":")[0] for words in said] == [
        "waiting Next in line",
        "waiting 1 job is ahead of it",
        "waiting 2 jobs are ahead of it",
    ]


def test_a_job_is_found_by_what_it_is_known_by():
    one, other = put(key="order-7"), put()

    assert listed(look(q="order-7")) == ids(one)
    assert listed(look(q=str(other.pk))) == ids(other)
    assert listed(look(q=" order-7 ")) == ids(one)


def test_a_search_without_a_result_says_so_and_how_to_go_on():
    put()

    page = look(state="failed", q="nobody")

    assert "Nothing here matches “nobody”." in page.by_id("jobs").text
    ways = {link.text: link["href"] for link in page.by_id("jobs").all("a") if link.get("class") == "q-button"}
    assert ways == {
        "Search all states": f"{PAGE}?state=total&q=nobody",
        "Show all of them": f"{PAGE}?state=failed",
    }


def test_a_search_that_cannot_be_made_says_what_can():
    page = look(q="payload.colour:red")

    assert page.by_id("problem").text == (
        "This queue’s payloads cannot be searched by “colour”. What can be searched: nothing in it."
    )
    assert page.by_id("q")["value"] == "payload.colour:red"


def test_what_somebody_searches_for_is_never_part_of_the_page():
    answer = browser().get(PAGE, {"q": '"><script>alert(1)</script>'}).content.decode()

    assert ("<script>alert" in answer, "&lt;script&gt;alert(1)" in answer) == (False, True)


def test_an_error_is_never_part_of_the_page():
    dead("<script>alert(1)</script>")

    answer = browser().get(PAGE).content.decode()

    assert ("<script>alert" in answer, "&lt;script&gt;alert(1)&lt;/script&gt;" in answer) == (False, True)


def test_secrets_in_an_error_are_masked_and_of_a_secret_job_nothing_is_said():
    dead("401 for Bearer abcdef123456")
    dead("its text", name="test-secret")

    words = look().text

    assert "401 for Bearer •••" in words and "abcdef123456" not in words
    assert "Not shown: this kind of job is declared secret." in words and "its text" not in words


def test_a_long_list_has_pages_forwards_and_back():
    jobs = many_dead(120)[::-1]
    http, pages = browser(), []
    url = f"{PAGE}?state=failed"
    for _ in range(3):
        pages.append(fragment(http, url))
        url = next((link["href"] for link in pages[-1].all("a") if link.get("rel") == "next"), "")

    assert url == ""
    assert [listed(page) for page in pages] == [ids(*jobs[:50]), ids(*jobs[50:100]), ids(*jobs[100:])]
    back = next(link["href"] for link in pages[2].all("a") if link.get("rel") == "prev")
    assert listed(fragment(http, back)) == ids(*jobs[50:100])
    first = next(link["href"] for link in pages[2].all("a") if link.text == "First page")
    assert first == f"{PAGE}?state=failed"


@pytest.mark.parametrize("cursor", ["nonsense", "eyJhIjoxfQ:AAAA"])
def test_an_address_that_was_changed_begins_again(cursor):
    http = browser()

    answer = http.get(PAGE, {"state": "failed", "q": "x", "cursor": cursor})

    assert (answer.status_code, STALE in read(answer).text) == (400, True)
    assert f"{PAGE}?state=failed&q=x" in read(answer).links()


def test_a_place_in_one_list_is_none_in_another():
    many_dead(60)
    (cursor,) = [
        link["href"].split("cursor=")[1] for link in look(state="failed").all("a") if link.get("rel") == "next"
    ]

    assert fragment(browser(), f"{PAGE}?state=completed&cursor={cursor}").status == 400
    assert fragment(browser(), f"{PAGE}?state=failed&cursor={cursor}").status == 200


@pytest.mark.parametrize("path", ["gone.queue/", "gone.queue/jobs/", "gone.queue/pause/", "gone.queue/resume/"])
def test_a_queue_nobody_declares_has_no_page(path):
    assert browser().get(PAGES + path).status_code == 404


@pytest.mark.parametrize("state", ["dead", "dispatched", "nonsense"])
def test_a_state_nobody_knows_has_no_list(state):
    assert browser().get(PAGE, {"state": state}).status_code == 404


def test_the_dead_letters_own_queue_has_its_list_beside_their_page():
    put("dead-letter-received", {"job_id": str(put().pk)})

    page = fragment(browser(), f"{PAGES}dlq/jobs/")

    assert (page.status, len(listed(page))) == (200, 1)
    assert page.by_id("search")["action"] == f"{PAGES}dlq/jobs/"


def test_figures_are_exact_and_so_is_the_line_of_the_books():
    one_in_every_state(), worker(slots=3), worker(slots=2), worker("dlq")

    words = look().text

    assert "Running 1 2 workers, 5 slots" in words and "Waiting 2 the oldest for 5 min" in words
    assert "7 came in = 1 completed + 1 failed + 0 deleted + 1 cancelled + 4 under way; difference 0" in words
    assert "Completed 1 a minute 1 in the last hour" in words


def test_work_without_a_worker_is_called_out():
    assert not look().has("unserved")
    put()

    assert look().by_id("unserved").text == (
        "No worker serves this queue: nothing in it is started. It belongs to the pool io."
    )


def test_pausing_is_asked_for_done_and_on_record():
    put(), dispatched(put()), running()
    http = browser()
    words = read(http.get(f"{PAGE}pause/")).text
    assert "2 jobs that wait stay, and so does what comes. 1 job that runs goes on to the end." in words
    assert (Pause.objects.count(), AuditEntry.objects.count()) == (0, 0)

    answer = http.post(f"{PAGE}pause/", {"reason": "  the press is jammed  "})

    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    pause = Pause.objects.get()
    assert (pause.queue, pause.paused_by, pause.reason) == (QUEUE, "owner@copydesk.example", "the press is jammed")
    assert Job.objects.filter(state=State.DISPATCHED).count() == 0
    record = AuditEntry.objects.values_list("action", "target_type", "target_id", "actor_label", "reason")
    assert list(record) == [("queue.paused", "queue", QUEUE, "owner@copydesk.example", "the press is jammed")]
    page = read(http.get(PAGE))
    assert f"{QUEUE} is paused. Nothing starts until you resume it." in page.text
    assert page.by_id("paused").text.startswith("Paused by owner@copydesk.example since ")
    assert f"{PAGE}resume/" in page.links() and f"{PAGE}pause/" not in page.links()


def test_resuming_is_asked_for_done_and_on_record():
    pause(queue=QUEUE, actor=OWNER, reason="x"), put()
    http = browser()
    assert "1 job that waits starts as soon as workers are free" in read(http.get(f"{PAGE}resume/")).text
    assert Pause.objects.count() == 1

    answer = http.post(f"{PAGE}resume/")

    assert (answer.status_code, answer["Location"], Pause.objects.count()) == (303, PAGE, 0)
    assert AuditEntry.objects.last().action == "queue.resumed"
    assert f"{QUEUE} goes on." in read(http.get(PAGE)).text


@pytest.mark.parametrize(("verb", "words"), [("pause", "it is paused already"), ("resume", "it is not paused")])
def test_what_is_so_already_is_refused_and_changes_nothing(verb, words):
    if verb == "pause":
        pause(queue=QUEUE, actor=OWNER, reason="x")
    http = browser()
    before = everything()

    answer = http.post(f"{PAGE}{verb}/")

    assert (answer.status_code, f"Nothing was done: {words}." in read(answer).text) == (409, True)
    assert everything() == before


def test_as_many_queries_for_a_page_of_fifty_as_for_one_of_each():
    jobs, http = one_in_every_state(), browser()
    worker(), relay()
    column(jobs["delayed"], run_at=timezone.now() + timedelta(hours=1))
    assert asked(http, PAGE) == QUERIES
    for n in range(60):
        put() if n % 2 else ended(State.COMPLETED)

    assert asked(http, PAGE) == QUERIES
    assert asked(http, f"{PAGE}?state=waiting") == QUERIES + IN_LINE
