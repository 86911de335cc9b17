"""The sample jobs registered, a Redis database of this test process' own, and a clean stage for each test."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings as configured
from redis import Redis

from queues import subjects
from queues.context import Context
from queues.declare import JOBS, Payload, job
from queues.services import redis_client
from queues.tests import effects, sample_jobs

sample_jobs.register()


def _redis_url(database: int) -> str:
    return urlunsplit(urlsplit(configured.REDIS_SECRET_URL)._replace(path=f"/{database}"))


# Two test processes at once must not empty each other's lists: an even number each, the odd one for child processes.
_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8 * 2
CHILDREN_REDIS_URL = _redis_url(_NUMBER + 1)
configured.REDIS_SECRET_URL = current_app.conf.broker_url = _redis_url(_NUMBER)


@pytest.fixture(scope="session", autouse=True)
def effects_table(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        effects.create_table()


@pytest.fixture
def redis() -> Iterator[Redis]:
    """An empty Redis, closed afterwards."""
    with redis_client() as client:
        client.flushdb()
        yield client


@pytest.fixture(autouse=True)
def script() -> Iterator[Callable[[Callable[[Context], Any]], None]]:
    """`script(function)`: what `test-job` does from now on; nothing when the test does not say."""
    sample_jobs.say(lambda ctx: None)
    yield sample_jobs.say
    sample_jobs.say(lambda ctx: None)


@pytest.fixture
def subject() -> Iterator[Callable[..., None]]:
    """`subject(on_dead=…)` registers the subject type "thing" for this test."""
    yield sample_jobs.know_things
    subjects.SUBJECTS.pop("thing", None)


@pytest.fixture
def telling() -> Iterator[dict[str, str]]:
    """A job whose payload holds a secret among what is none."""

    class Sign(Payload):
        email: str
        access_token: str = ""

    job(queue=sample_jobs.QUEUE, name="test-telling", payload=Sign, timeout_seconds=60)(lambda ctx, payload: None)
    yield {"email": "ada@example.org", "access_token": "tok-123456"}
    JOBS.pop("test-telling")


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    """A process of this test's own."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()
