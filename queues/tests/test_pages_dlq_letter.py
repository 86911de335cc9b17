"""One dead letter's page: everything about its death, and its replay and deletion, each asked for with a reason."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils import timezone

from audit.masking import MASK
from audit.models import AuditEntry
from queues.draining import drain
from queues.errors import ReplayRefused
from queues.models import Attempt, DeadLetter, Job, State
from queues.replay import replay
from queues.tests.browsing import browser, fragment, read
from queues.tests.calling import everything
from queues.tests.dead import dead, many_dead
from queues.tests.given import OWNER, column, put, row
from queues.views.addresses import job_url, letter_url, queue_url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
DLQ = "/admin/queues/dlq/"
WHY = {"reason": "the cause is mended"}
VERBS = ("replay", "delete")


# --- one letter


def test_a_letter_tells_everything_about_its_death(subject):
    job = dead("no bread", subject=("sample", "7"))
    Attempt.objects.filter(job=job).update(traceback="  line 1, in work")

    page = fragment(browser(), letter_url(job.pk))

    tried = page.by_id("job-tries")
    assert "Attempt 1 failed" in tried.text
    assert [pre.text for pre in tried.all("pre")] == ["no bread", "line 1, in work"]
    facts = page.by_id("letter-facts").text
    assert all(words in facts for words in ("Every attempt failed.", "sample 7", str(job.pk), "1 dead letter of it"))
    assert f"{DLQ}?q=subject%3Asample%3A7" in page.links()
    assert [link for link in page.links() if link in (job_url("test.queue", job.pk), f"{letter_url(job.pk)}replay/")]
    kinds = [li.all("span")[0].text for li in page.by_id("job-timeline").all("li")]
    assert kinds == ["dead letter", "attempt", "enqueued"]


def test_the_attempts_are_told_by_the_letter_when_the_job_is_gone():
    (job,) = many_dead(1, error="no bread")
    replay(job_id=job.pk, actor=OWNER, reason="x")
    Attempt.objects.all().delete()
    Job.objects.all().delete()

    page = fragment(browser(), letter_url(job.pk))

    assert page.by_id("letter-gone").text == "The job it was is not kept any more: it was replayed, and ended."
    assert len(page.by_id("job-tries").all("details")) == 6
    assert page.by_id("job-tries").text.count("work_29") == 3
    assert job_url("test.queue", job.pk) not in page.links()
    assert not page.has("job-timeline")


def test_every_replay_is_told_with_who_and_why(script):
    job = dead()
    for reason in ("the first time", "the second time"):
        replay(job_id=job.pk, actor=OWNER, reason=reason)
        Job.objects.filter(pk=job.pk).update(state=State.DEAD)
        DeadLetter.objects.filter(pk=job.pk).update(died_at=timezone.now() + timedelta(seconds=1))
    http = browser()

    replays = fragment(http, letter_url(job.pk)).by_id("letter-replays")

    assert replays.all("h4")[0].text == "Replayed 2 times"
    told = [[span.text for span in li.all("span")] for li in replays.all("li")]
    assert told == [[OWNER.label, "the second time"], [OWNER.label, "the first time"]]


def test_a_replayed_letter_says_so_and_offers_nothing():
    job = dead()
    replay(job_id=job.pk, actor=OWNER, reason="x")

    page = fragment(browser(), letter_url(job.pk))

    assert page.all("header")[-1].all("span")[0].text == "Replayed: waiting"
    assert [a.text for a in page.by_id("letter-buttons").all("a")] == ["Its job"]


def test_a_living_twin_is_told_beforehand():
    job, twin = dead(key="k"), put(key="k")

    held = fragment(browser(), letter_url(job.pk)).by_id("letter-held").text

    assert held == f"It cannot run again while its twin {twin.pk}, with the same key, is waiting."


def test_what_its_subject_could_not_take_is_told():
    job = dead()
    DeadLetter.objects.filter(pk=job.pk).update(reaction_error="LookupError: no such order")

    assert "LookupError: no such order" in fragment(browser(), letter_url(job.pk)).by_id("letter-reaction").text


# --- replay and delete


@pytest.mark.parametrize("verb", VERBS)
def test_a_form_of_another_site_does_nothing(verb):
    job, http = dead(), browser(enforce_csrf_checks=True)
    before = everything()

    assert http.post(f"{letter_url(job.pk)}{verb}/", WHY).status_code == 403
    assert everything() == before


@pytest.mark.parametrize(("verb", "undone"), [("replay", "You can cancel it"), ("delete", "This cannot be undone.")])
def test_before_anything_happens_it_is_asked(verb, undone):
    job = dead()

    page = read(browser().get(f"{letter_url(job.pk)}{verb}/"))

    form = page.by_id("confirm")
    assert (form["method"], form["action"]) == ("post", f"{letter_url(job.pk)}{verb}/")
    assert undone in form.text
    assert "required" in page.by_id("confirm-reason").attributes


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_happens(verb, reason):
    job, http = dead(), browser()
    before = everything()

    page = read(http.post(f"{letter_url(job.pk)}{verb}/", {"reason": reason}))

    assert (page.status, everything() == before) == (422, True)
    assert "Please say why." in page.by_id("confirm").text


def test_a_replay_starts_it_over_and_is_on_record(script):
    job = dead()

    answer = browser().post(f"{letter_url(job.pk)}replay/", WHY)

    assert (answer.status_code, answer["Location"]) == (303, letter_url(job.pk))
    assert row(job).state == State.WAITING
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.reason) == ("job.replayed", str(job.pk), WHY["reason"])
    assert entry.actor_label == "owner@copydesk.example"
    assert drain(only="test-job") == [("test-job", "SUCCESS")]


def test_they_are_led_back_to_the_list_they_came_from_but_to_no_other_site():
    one, two = dead(), dead()
    back = f"{DLQ}?queue=test.queue"

    answers = [
        browser().post(f"{letter_url(job.pk)}replay/", {**WHY, "next": url})
        for job, url in ((one, back), (two, "https://elsewhere.example/admin/queues/dlq/"))
    ]

    assert [answer["Location"] for answer in answers] == [back, letter_url(two.pk)]


def conflict(job: Job) -> tuple[int, str]:
    """What a replay answers, having changed nothing."""
    http = browser()
    before = everything()
    page = read(http.post(f"{letter_url(job.pk)}replay/", WHY))
    assert everything() == before
    return page.status, next(p.text for p in page.by_id("confirm").all("p") if p.get("role") == "alert")


def test_a_living_twin_is_named():
    job, twin = dead(key="k"), put(key="k")

    words = f"Nothing was done: job {twin.pk}, with the same key, is under way. Wait for it, or cancel it."
    assert conflict(job) == (409, words)


def test_a_subject_that_refuses_says_why(subject):
    def refuse(job):
        raise ReplayRefused("the order was refunded")

    subject(on_replay=refuse)

    assert conflict(dead(subject=("thing", "3"))) == (409, "Nothing was done: the order was refunded.")


def test_a_subject_that_is_gone_is_said_to_be(subject):
    def miss(job):
        raise ObjectDoesNotExist("Order matching query does not exist.")

    subject(on_replay=miss)

    assert conflict(dead(subject=("thing", "3"))) == (409, "Nothing was done: what it is about is not there any more.")


def test_a_payload_that_no_longer_fits_is_said_not_to():
    job = column(dead(), payload={"note": 7})
    assert conflict(job) == (409, "Nothing was done: its payload no longer fits test-job: 1 fault.")


@pytest.mark.parametrize("verb", VERBS)
def test_what_somebody_else_replayed_meanwhile_is_left_alone(verb):
    job = dead()
    replay(job_id=job.pk, actor=OWNER, reason="x")
    http = browser()
    before = everything()

    page = read(http.post(f"{letter_url(job.pk)}{verb}/", WHY))

    assert (page.status, everything() == before) == (409, True)
    assert "Nothing was done: it is not among the dead letters any more." in page.by_id("confirm").text


def test_a_deleted_letter_leaves_a_line_in_the_record():
    job, other = dead("Bearer abcdef123456 refused", subject=("sample", "7")), dead()

    answer = browser().post(f"{letter_url(job.pk)}delete/", {**WHY, "next": letter_url(job.pk)})

    assert (answer.status_code, answer["Location"]) == (303, DLQ)
    assert [letter.pk for letter in DeadLetter.objects.all()] == [other.pk]
    assert not Job.objects.filter(pk=job.pk).exists()
    assert not Attempt.objects.filter(job_id=job.pk).exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.reason) == ("dead_letter.deleted", str(job.pk), WHY["reason"])
    assert (entry.before["subject"], entry.before["error"]) == ("sample:7", f"Bearer {MASK} refused")
    assert browser().get(letter_url(job.pk)).status_code == 404


def test_whoever_deletes_beside_the_list_finds_it_as_it_was():
    job = dead()

    answer = browser().post(f"{letter_url(job.pk)}delete/", {**WHY, "next": f"{DLQ}?q=no"})

    assert answer["Location"] == f"{DLQ}?q=no"


def test_the_job_and_the_overview_lead_here():
    job = dead()
    http = browser()

    assert letter_url(job.pk) in fragment(http, job_url("test.queue", job.pk)).links()
    assert DLQ in fragment(http, reverse("queues:overview")).links()
    assert f"{DLQ}?queue=test.queue" in fragment(http, queue_url("test.queue")).links()
