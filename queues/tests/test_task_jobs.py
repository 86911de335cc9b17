"""From a Celery task back to its job, or its chunk's first, by its id, and not by guessing."""

import json
from uuid import UUID

import pytest
from django.urls import reverse

from queues import relay, transitions
from queues.models import Job
from queues.task_jobs import task_page
from queues.tests.given import PID, put

JOB = "01a21364-ba5b-75af-a8b6-afbc37c370bc"
CHUNK = "71d8b470-c768-49c2-b0a4-150b72e461aa"


def test_the_page_is_that_of_the_queue_it_is_declared_on():
    assert task_page("test-job", f"{JOB}.3") == reverse("queues:job", args=["test.queue", JOB])
    assert task_page("test-small", CHUNK) == reverse("queues:chunk", args=["test.chunked", CHUNK])


@pytest.mark.parametrize(
    ("result", "leads"),
    [
        (None, True),
        ("{'outcome': 'chunk', 'returned': 3}", True),
        ("{'outcome': 'stale'}", False),
        ('{"outcome": "returned"}', False),
    ],
)
def test_a_message_that_brought_no_chunk_leads_nowhere(result, leads):
    assert bool(task_page("test-small", CHUNK, result)) is leads
    assert task_page("test-job", f"{JOB}.3", result)


@pytest.mark.parametrize(
    ("name", "task_id"),
    [("test-job", ""), ("test-job", "somebody's"), ("nobody-declares-this", f"{JOB}.1"), (None, f"{JOB}.1")],
)
def test_what_says_no_job_has_none(name, task_id):
    assert task_page(name, task_id) == ""


@pytest.mark.django_db
def test_what_the_relay_sends_leads_back(redis, settings):
    jobs = {name: put(name) for name in ("test-job", "test-small")}
    relay.tick(redis)

    for name, job in jobs.items():
        (text,) = redis.lrange(f"{settings.QUEUE_PREFIX}:q:{job.queue}", 0, -1)
        task_id = json.loads(text)["headers"]["id"]
        if name == "test-small":
            transitions.claim_next(name, 1, UUID(task_id), PID)
        assert task_id == Job.objects.get(pk=job.pk).task_id
        assert task_page(name, task_id)
