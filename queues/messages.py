"""Jobs as Celery's messages in Redis: many by one LPUSH.

The format is kombu's own for its virtual transports (kombu.transport.virtual.base: `prepare_message`, and what
`_inplace_augment_message` adds) but for the body, which is not packed in base64. Celery makes a message of each job
once, and what differs is filled in: its way of making one, and kombu's of sending it, took most of the relay's time.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from celery import current_app
from django.conf import settings
from redis import Redis

from queues.declare import QUEUES, Queue
from queues.transitions import Handed

EXCHANGE = "copydesk"


def send(redis: Redis, queue: Queue, jobs: list[Handed]) -> None:
    """Put the jobs, just handed over, where Celery's workers take them; raises RedisError with nothing sent."""
    if jobs:
        redis.lpush(_list_of(queue), *(_of_job(queue, job) for job in jobs))


def send_chunks(redis: Redis, queue: Queue, times: Mapping[str, int]) -> None:
    """Of each of these names so many messages, each worth a chunk of whatever is next; raises RedisError."""
    messages = [_of_chunk(queue, name) for name, n in times.items() for _ in range(n)]
    if messages:
        redis.lpush(_list_of(queue), *messages)


def in_redis(redis: Redis, queue: Queue) -> int:
    """How many messages lie there for `queue`."""
    return int(redis.llen(_list_of(queue)))  # type: ignore[arg-type]


def _list_of(queue: Queue) -> str:
    return f"{settings.QUEUE_PREFIX}:{queue.broker_name}"


def _of_job(queue: Queue, job: Handed) -> str:
    shown = f"({str(job.pk)!r}, {job.generation})"
    return _message(queue, job.name, job.task_id, (str(job.pk), job.generation), shown, attempt=job.attempt)


def _of_chunk(queue: Queue, name: str) -> str:
    return _message(queue, name, str(uuid4()), (queue.chunk,), f"the next {queue.chunk}")


def _message(queue: Queue, name: str, task_id: str, args: tuple[Any, ...], shown: str, *, attempt: int = 0) -> str:
    return (
        _form(queue.broker_name, name, queue.store_results)
        .replace(_ID, task_id)
        .replace(_QUOTED_ARGS, _within_text(json.dumps(args)))
        .replace(_SHOWN, _within_text(shown))
        .replace(str(_RETRIES), str(attempt))
        .replace(_TAG, str(uuid4()))
    )


_ID, _ARGS, _SHOWN, _TAG, _RETRIES = "<id>", "<args>", "<shown>", "<tag>", 987654321


def _within_text(text: str) -> str:
    """As it stands inside a JSON string."""
    return json.dumps(text)[1:-1]


_QUOTED_ARGS = _within_text(json.dumps(_ARGS))


@cache
def _form(broker_name: str, name: str, stores_results: bool) -> str:
    """A message of job `name`, as Celery makes it, with marks where one differs from another."""
    task = current_app.amqp.as_task_v2(
        _ID,
        name,
        (),
        {},
        retries=_RETRIES,
        ignore_result=not stores_results,  # what a message says goes before what its task declares
        argsrepr=_SHOWN,
        kwargsrepr="{}",
    )
    properties = {
        **task.properties,
        "delivery_mode": 2,
        "delivery_info": {"exchange": EXCHANGE, "routing_key": broker_name},
        "priority": 0,
        "delivery_tag": _TAG,
    }
    return json.dumps(
        {
            "body": json.dumps((_ARGS, *task.body[1:])),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": task.headers,
            "properties": properties,
        }
    )


def waiting_in_redis(redis: Redis) -> dict[str, int]:
    """How many messages lie in Redis for each queue."""
    with redis.pipeline(transaction=False) as pipeline:
        for queue in QUEUES.values():
            pipeline.llen(_list_of(queue))
        return dict(zip(QUEUES, pipeline.execute(), strict=True))
