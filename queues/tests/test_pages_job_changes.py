"""What may be done about a job on its page: each asked for first, done by POST, on record, or refused in words."""

import pytest

from audit.models import AccessEntry, AuditEntry
from queues.errors import ReplayRefused
from queues.models import DeadLetter, State
from queues.tests.browsing import browser, read
from queues.tests.browsing import url_of_job as url_of
from queues.tests.calling import everything
from queues.tests.dead import dead
from queues.tests.filled import ago, one_in_every_state, running
from queues.tests.given import facts, put, row
from queues.views.job import SECRET

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


def record():
    return list(AuditEntry.objects.order_by("pk").values_list("action", "target_id", "actor_label", "reason"))


def test_reading_a_payload_in_full_is_asked_for_shown_once_and_on_record(telling):
    told = put("test-telling", telling)
    http, url = browser(), f"{url_of(told)}payload/"
    words = read(http.get(url)).text
    assert "That you read it goes on record and into the access log." in words and "tok-123456" not in words
    assert (AuditEntry.objects.count(), AccessEntry.objects.count()) == (0, 0)

    answer = http.post(url)

    page = read(answer)
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert page.by_id("job-payload").all("pre")[0].text == (
        '{ "email": "ada@example.org", "access_token": "tok-123456" }'
    )
    assert "data-live" not in page.by_id("queues-live").attributes
    assert record() == [("job.payload_revealed", str(told.pk), "owner@copydesk.example", "")]
    assert list(AccessEntry.objects.values_list("action", "target_id", "what", "actor_label")) == [
        ("payload.read", str(told.pk), "in full", "owner@copydesk.example")
    ]
    assert "tok-123456" not in http.get(url_of(told)).content.decode()


def test_a_payload_declared_secret_is_shown_to_nobody_at_all():
    kept, http = put("test-secret", {"note": "the words of the payload"}), browser()
    before = everything()

    answer = http.post(f"{url_of(kept)}payload/")

    assert (answer.status_code, SECRET in read(answer).text) == (403, True)
    assert "the words of the payload" not in answer.content.decode()
    assert (everything(), AccessEntry.objects.count()) == (before, 0)


def test_looking_at_a_job_is_no_reading_of_its_payload(telling):
    browser().get(url_of(put("test-telling", telling)))

    assert AccessEntry.objects.count() == 0


def test_a_failed_job_is_run_again_with_a_reason(script):
    tried, http = dead(), browser()
    url = f"{url_of(tried)}retry/"
    before = everything()
    assert "The failed job starts over in its queue" in read(http.get(url)).text
    assert (http.post(url).status_code, everything() == before) == (422, True)

    answer = http.post(url, {"reason": "the press is mended"})

    assert (answer.status_code, answer["Location"]) == (303, url_of(tried))
    again = row(tried)
    assert (again.state, again.attempt, DeadLetter.objects.get().replays) == (State.WAITING, 0, 1)
    assert record() == [("job.replayed", str(tried.pk), "owner@copydesk.example", "the press is mended")]
    page = read(http.get(url_of(tried)))
    assert "test-job waits for the next free worker." in page.text
    assert "Started over by owner@copydesk.example: the press is mended" in page.by_id("job-timeline").text


def test_a_delayed_job_is_run_now_with_or_without_a_reason():
    later, http = put(run_at=ago(-3600)), browser()

    answer = http.post(f"{url_of(later)}retry/")

    assert (answer.status_code, row(later).state) == (303, State.WAITING)
    assert record() == [("job.run_now", str(later.pk), "owner@copydesk.example", "")]


def test_what_has_a_live_twin_is_not_run_again_and_the_twin_is_named():
    tried = dead(key="order-7")
    twin, http = put(key="order-7"), browser()
    before = everything()

    answer = http.post(f"{url_of(tried)}retry/", {"reason": "the press is mended"})

    assert (answer.status_code, everything() == before) == (409, True)
    assert f"Nothing was done: job {twin.pk}, with the same key, is under way." in read(answer).text


def test_what_its_subject_refuses_is_not_run_again(subject):
    def refuse(job):
        raise ReplayRefused("The order was refunded.")

    subject(on_replay=refuse)
    tried, http = dead(subject=("thing", "3")), browser()
    before = everything()

    answer = http.post(f"{url_of(tried)}retry/", {"reason": "the press is mended"})

    assert (answer.status_code, everything() == before) == (409, True)
    assert "Nothing was done: The order was refunded." in read(answer).text


@pytest.mark.parametrize("state", ["waiting", "active", "completed", "cancelled"])
def test_what_neither_failed_nor_is_delayed_is_not_retried(state):
    job, http = one_in_every_state()[state], browser()
    before = everything()

    answer = http.post(f"{url_of(job)}retry/", {"reason": "x"})

    assert (answer.status_code, "Nothing was done: it is" in read(answer).text) == (409, True)
    assert everything() == before


@pytest.mark.parametrize("state", ["waiting", "handed over", "delayed"])
def test_what_has_not_begun_is_cancelled_at_once(state):
    job, http = one_in_every_state()[state], browser()
    url = f"{url_of(job)}cancel/"
    before = facts(job)
    assert "It ends at once, without having run" in read(http.get(url)).text
    assert facts(job) == before

    answer = http.post(url, {"reason": "ordered twice"})

    assert (answer.status_code, answer["Location"]) == (303, url_of(job))
    assert (row(job).state, row(job).cancel_reason) == (State.CANCELLED, "ordered twice")
    assert record() == [("job.cancelled", str(job.pk), "owner@copydesk.example", "ordered twice")]
    assert "test-job is cancelled." in read(http.get(url_of(job))).text


def test_what_runs_is_asked_to_stop():
    job, http = running(), browser()
    url = f"{url_of(job)}cancel/"
    assert "It is asked to stop, and does so at its next checkpoint" in read(http.get(url)).text

    assert http.post(url, {"reason": "ordered twice"}).status_code == 303

    assert (row(job).state, row(job).cancel_requested_at is not None) == (State.ACTIVE, True)
    assert "It was asked to stop, and will at its next checkpoint." in read(http.get(url_of(job))).text


@pytest.mark.parametrize("state", ["failed", "completed", "cancelled"])
def test_what_has_ended_is_not_cancelled(state):
    job, http = one_in_every_state()[state], browser()
    before = everything()

    answer = http.post(f"{url_of(job)}cancel/", {"reason": "x"})

    assert (answer.status_code, "Nothing was done: it has ended already." in read(answer).text) == (409, True)
    assert everything() == before
