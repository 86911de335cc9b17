"""From a Celery task back to its job: by its id, of a chunk by its arguments, and not by guessing."""

import json
from uuid import UUID

import pytest
from django.urls import reverse

from queues import relay
from queues.models import Job
from queues.task_jobs import job_of, job_page
from queues.tests.given import put

JOB, OTHER = "01a21364-ba5b-75af-a8b6-afbc37c370bc", "01a21364-c128-7cec-b6fa-1ee9ac1440f4"
CHUNK = "71d8b470-c768-d9c2-b0a4-150b72e461aa"


@pytest.mark.parametrize(
    ("task_id", "arguments", "job"),
    [
        (f"{JOB}.3", f"('{JOB}', 3)", JOB),
        (f"{JOB}.3", None, JOB),
        (f"{JOB}.3", f"('{OTHER}', 3)", JOB),
        (CHUNK, f"('{JOB}', 1) and 49 more", JOB),
        (CHUNK, f"\"('{JOB}', 1) and 2 more\"", JOB),
    ],
)
def test_its_job_is_known(task_id, arguments, job):
    assert job_of(task_id, arguments) == UUID(job)


@pytest.mark.parametrize(
    ("task_id", "arguments"), [(CHUNK, None), (CHUNK, "(50 jobs)"), ("", ""), ("somebody's", "()")]
)
def test_what_says_no_job_has_none(task_id, arguments):
    assert job_of(task_id, arguments) is None
    assert job_page("test-job", task_id, arguments) == ""


def test_the_page_is_that_of_the_queue_it_is_declared_on():
    page = reverse("queues:job", args=["test.queue", JOB])

    assert job_page("test-job", f"{JOB}.1", "") == page
    assert job_page("nobody-declares-this", f"{JOB}.1", "") == ""
    assert job_page(None, f"{JOB}.1", "") == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "others"), [("test-job", 0), ("test-small", 0), ("test-small", 3)])
def test_what_the_relay_sends_leads_back(redis, name, others):
    """Whatever is shown of a message's arguments names its job, or the first of its chunk."""
    jobs = [put(name) for _ in range(others + 1)]
    relay.tick(redis)

    (message,) = (json.loads(text) for key in redis.keys("*q:*") for text in redis.lrange(key, 0, -1))
    told = message["headers"]
    assert job_of(told["id"], told["argsrepr"]) == jobs[0].pk
    assert told["id"] == Job.objects.get(pk=jobs[0].pk).task_id
    assert told["argsrepr"].endswith(f" and {others} more" if others else f"('{jobs[0].pk}', 1)")
