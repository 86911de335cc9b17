"""A job's page: what it is, what happened to it, why it is not running; and what may be done about it."""

from collections import Counter
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.masking import MASK
from queues import transitions
from queues.cancelling import cancel
from queues.draining import drain
from queues.models import Attempt, Outcome, State
from queues.subjects import Description
from queues.tests.browsing import PAGES, asked, browser, fragment, read
from queues.tests.browsing import url_of_job as url_of
from queues.tests.calling import QUEUE
from queues.tests.filled import ago, ended, one_in_every_state, running
from queues.tests.given import OWNER, PID, column, put, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

QUERIES = 16  # the job, attempts, once, its letter twice, Celery's record, audit, alerts; eight for why it waits

KINDS = ("dead letter", "enqueued", "attempt", "result", "audit", "running", "handed over", "cancel", "cancelled")


def look(job):
    page = fragment(browser(), url_of(job))
    assert page.status == 200
    return page


def listed_facts(page):
    return dict(
        zip(
            (name.text for name in page.by_id("job-facts").all("dt")),
            (value.text for value in page.by_id("job-facts").all("dd")),
            strict=True,
        )
    )


def buttons(page):
    return {link.text: link["href"] for link in page.by_id("job-buttons").all("a")}


def failing(script, message="the press is jammed"):
    def jam(ctx):
        raise OSError(message)

    script(jam)


def test_it_says_what_is_known_of_the_job():
    about = put(key="order-7", once="event-9", priority=3)

    page = look(about)

    facts = listed_facts(page)
    assert (facts["Id"], facts["Queue"], facts["Attempt"]) == (str(about.pk), QUEUE, "0 of 3")
    assert facts["Key"] == "order-7 one live job with it at a time"
    assert facts["Once"] == "event-9 never a second job for it"
    assert (facts["Priority"], facts["May run for"]) == ("3 higher runs first", "1 min")
    assert "About" not in facts


def test_what_it_is_about_is_told_in_the_rooms_own_words_and_leads_there(subject):
    subject(describe=lambda id: Description(f"Thing number {id}", f"/admin/things/{id}/"))

    page = look(put(subject=("thing", "3")))

    assert listed_facts(page)["About"] == "Thing number 3 other jobs about it"
    links = page.by_id("job-facts").all("dd")[0].all("a")
    assert [link["href"] for link in links] == ["/admin/things/3/", f"{PAGES}{QUEUE}/?q=subject%3Athing%3A3"]


def test_every_attempt_has_its_error_and_its_traceback(script):
    failing(script)
    tried = put(payload={"note": "n"})
    drain(advance=True, only="test-job")
    assert row(tried).state == State.DEAD

    page = look(tried)

    assert page.by_id("job-error").text == "the press is jammed"
    summaries = [attempt.all("summary")[0].text for attempt in page.by_id("job-tries").all("details")]
    assert [words.split(" after ")[0] for words in summaries if words.startswith("Attempt")] == [
        "Attempt 3 failed",
        "Attempt 2 failed",
        "Attempt 1 failed",
    ]
    trace = page.by_id("trace-2").all("pre")[0].text
    assert trace.startswith("Traceback (most recent call last):") and "OSError: the press is jammed" in trace
    assert "in jam raise OSError(message)" in trace
    assert page.by_id("try-2").all("code")[1].text == "builtins.OSError"
    flower = [link["href"] for link in page.by_id("try-2").all("a")]
    assert [link.partition("/task/")[2] for link in flower] == [f"{tried.pk}.2"]


def test_before_the_first_attempt_ended_it_says_so():
    assert "None has ended yet." in look(put()).by_id("job-tries").text
    assert "The first one is under way." in look(running()).by_id("job-tries").text


def test_one_line_of_time_the_latest_first(script):
    failing(script)
    tried = put()
    drain(advance=True, only="test-job")

    moments = [line.text for line in look(tried).by_id("job-timeline").all("li")]

    counted = Counter(kind for line in moments for kind in KINDS if f"UTC {kind} " in line)
    assert counted == {"dead letter": 1, "result": 3, "attempt": 3, "enqueued": 1}
    assert "UTC enqueued Enqueued: test-job" in moments[-1]
    times = [line["datetime"] for line in look(tried).by_id("job-timeline").all("time")]
    assert times == sorted(times, reverse=True)


def test_what_waits_says_why():
    assert look(put()).by_id("job-why").text == "No relay is running: nothing is handed to the workers."
    assert not look(running()).has("job-why")


def test_what_runs_shows_how_far_it_is_and_that_it_was_asked_to_stop():
    job = running(progress=40, progress_message="halfway there")
    assert look(job).by_id("job-progress").text == "40 %: halfway there"

    cancel(job_id=job.pk, actor=OWNER, reason="ordered twice")

    page = look(job)
    assert "asked to stop" in page.by_id("job").all("header")[0].text
    assert buttons(page) == {}


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("waiting", {"Cancel": "cancel/"}),
        ("handed over", {"Cancel": "cancel/"}),
        ("active", {"Cancel": "cancel/"}),
        ("delayed", {"Run it now": "retry/", "Cancel": "cancel/"}),
        ("failed", {"Run it again": "retry/", "Its dead letter": None}),
        ("completed", {}),
        ("cancelled", {}),
    ],
)
def test_each_state_has_the_buttons_that_do_something_in_it(state, offered):
    job = one_in_every_state()[state]
    letter = f"{PAGES}dlq/{job.pk}/"

    assert buttons(look(job)) == {
        words: letter if verb is None else f"{url_of(job)}{verb}" for words, verb in offered.items()
    }


def test_what_was_cancelled_says_why():
    assert look(ended(State.CANCELLED, cancel_reason="ordered twice")).by_id("job-cancelled").text == "ordered twice"
    assert look(ended(State.CANCELLED)).by_id("job-cancelled").text == "Cancelled, without a reason."


def test_a_message_leads_to_the_first_job_of_its_chunk_running_or_ended():
    first, _ = put("test-small"), put("test-small")
    chunk = uuid4()
    (running, _) = transitions.claim_next("test-small", 2, chunk, PID)
    page = reverse("queues:chunk", args=[first.queue, chunk])
    while_it_runs = browser().get(page)
    transitions.complete_without_effects(running)

    assert [answer.url for answer in (while_it_runs, browser().get(page))] == [url_of(first)] * 2


def test_a_message_that_brought_nothing_says_so():
    answer = browser().get(reverse("queues:chunk", args=["test.chunked", uuid4()]))

    assert answer.status_code == 404 and "found no job to bring" in answer.content.decode()


@pytest.mark.parametrize("queue", ["dlq", "test.chunked", "gone.queue"])
def test_a_job_is_found_in_its_own_queue_only(queue):
    job = put()

    for verb in ("", "retry/", "cancel/", "payload/"):
        assert browser().get(f"{PAGES}{queue}/jobs/{job.pk}/{verb}").status_code == 404
    assert browser().get(f"{PAGES}{QUEUE}/jobs/{uuid4()}/").status_code == 404
    assert browser().get(f"{PAGES}{QUEUE}/jobs/7/").status_code == 404


def test_an_error_with_markup_is_text(script):
    failing(script, "<script>alert(1)</script>")
    tried = put(payload={"note": "<img src=x onerror=alert(2)>"})
    drain(advance=True, only="test-job")

    answer = browser().get(url_of(tried)).content.decode()

    assert ("<script>alert(1)" in answer, "<img src=x" in answer) == (False, False)
    assert answer.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
    assert "&lt;img src=x onerror=alert(2)&gt;" in answer


def test_secrets_in_payload_error_and_traceback_are_masked(telling, script):
    tried = put("test-telling", telling)
    column(tried, error="401 for Bearer abcdef123456")
    Attempt.objects.create(
        job=tried,
        generation=1,
        number=1,
        worker="w",
        outcome=Outcome.ERROR,
        error="401 for Bearer abcdef123456",
        traceback="raise Refused('Bearer abcdef123456')",
        started_at=ago(9),
        finished_at=ago(8),
    )

    page = look(tried)

    payload = page.by_id("job-payload").all("pre")[0].text
    assert payload == f'{{ "email": "ada@example.org", "access_token": "{MASK}" }}'
    assert "abcdef123456" not in page.text and "tok-123456" not in page.text
    assert page.text.count(f"Bearer {MASK}") == 4  # its own error, the attempt's, the traceback, the timeline


def test_of_a_job_declared_secret_nothing_is_shown(script):
    failing(script, "the words of the error")
    tried = put("test-secret", {"note": "the words of the payload"})
    drain(advance=True, only="test-secret")
    column(tried, result={"note": "the words of the result"}, progress_message="the words of the progress")

    answer = browser().get(url_of(tried))
    page = read(answer)

    assert "the words of" not in answer.content.decode()
    assert page.by_id("job-secret").text == (
        "Payload, result and errors of this kind of job are secret: they are shown to nobody."
    )
    assert not page.has("job-payload") and f"{url_of(tried)}payload/" not in page.links()


def test_of_a_job_nobody_declares_any_more_no_payload_is_shown():
    gone = column(put(payload={"note": "the words of the payload"}), name="gone-job", error="the press is jammed")

    page = look(gone)

    assert "the words of" not in page.text and not page.has("job-payload") and not page.has("job-secret")
    assert page.by_id("job-unknown").text.startswith("This release does not know jobs of this name.")
    assert page.by_id("job-error").text == "the press is jammed"


def test_as_many_queries_however_long_its_history_is():
    http, job = browser(), column(put(), generation=1)
    few = asked(http, url_of(job))
    Attempt.objects.bulk_create(
        Attempt(
            job=job,
            generation=n,
            number=1,
            worker="w",
            outcome=Outcome.LOST,
            started_at=ago(99),
            finished_at=ago(98),
        )
        for n in range(1, 40)
    )
    column(job, generation=39)

    assert (few, asked(http, url_of(job))) == (QUERIES, QUERIES)
