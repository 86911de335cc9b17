"""Bulk orders and payloads take a second step of minutes ago, on the pages; a program with a token never has one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import SignIn
from audit.models import AccessEntry, AuditEntry
from queues.bulk import DELETING, REPLAYING
from queues.models import Job
from queues.tests.browsing import PAGES, browser
from queues.tests.calling import QUEUE, program
from queues.tests.dead import dead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
STEP_UP = "/accounts/step-up/?next="


@pytest.fixture
def job() -> Job:
    return dead()


@pytest.fixture
def owner(settings) -> Client:
    """As in production, an hour after the sign-in."""
    http = browser()
    settings.STAFF_SECOND_FACTOR = True
    proven(hours_ago=1)
    return http


def proven(*, hours_ago: int = 0) -> None:
    SignIn.objects.update(second_factor_at=timezone.now() - timedelta(hours=hours_ago))


def orders() -> int:
    return Job.objects.filter(name__in=(REPLAYING, DELETING)).count()


def test_a_bulk_order_asks_before_a_reason_is_typed_and_does_nothing(job, owner):
    asked = owner.get(f"{PAGES}dlq/replay/?all=1")
    posted = owner.post(f"{PAGES}dlq/replay/", {"all": "1", "reason": "mended"})
    deleted = owner.post(f"{PAGES}dlq/delete/", {"all": "1", "reason": "mended"})

    assert (asked.status_code, asked["Location"]) == (303, f"{STEP_UP}%2Fadmin%2Fqueues%2Fdlq%2Freplay%2F%3Fall%3D1")
    assert (posted.status_code, deleted.status_code) == (303, 303)
    assert orders() == 0
    assert not AuditEntry.objects.exists()


def test_afterwards_it_is_done(job, owner):
    proven()

    answer = owner.post(f"{PAGES}dlq/replay/", {"all": "1", "reason": "mended"})

    assert answer["Location"].startswith(f"{PAGES}dlq/bulk/")
    assert orders() == 1


def test_a_payload_is_not_shown_and_no_reading_is_logged(job, owner):
    page = f"{PAGES}{QUEUE}/jobs/{job.pk}/payload/"

    assert [owner.get(page).status_code, owner.post(page).status_code] == [303, 303]
    assert not AccessEntry.objects.exists()
    proven()
    assert owner.post(page).status_code == 200
    assert AccessEntry.objects.get().what == "in full"


def test_one_letter_at_a_time_needs_none(job, owner):
    assert owner.get(f"{PAGES}dlq/{job.pk}/replay/").status_code == 200


def test_a_token_counts_but_gives_no_bulk_order(job, settings):
    settings.STAFF_SECOND_FACTOR = True
    asked = {"filter": {"queue": QUEUE}, "reason": "mended"}
    caller = program()

    counted = caller.post("/dlq/replay", {**asked, "dry_run": True})
    refused = [caller.post(f"/dlq/{verb}", asked) for verb in ("replay", "delete")]

    assert counted.status_code == 200
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "second_step_needed")] * 2
    assert orders() == 0
