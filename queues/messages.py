"""Jobs as Celery's messages in Redis: many by one LPUSH.

The format is kombu's own for its virtual transports (kombu.transport.virtual.base: `prepare_message`, and what
`_inplace_augment_message` adds). Kombu's way of sending one took three quarters of the relay's time.
"""

import base64
import json
from itertools import groupby
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
        redis.lpush(_list_of(queue), *(_message(queue, group) for group in _groups(queue, jobs)))


def _list_of(queue: Queue) -> str:
    return f"{settings.QUEUE_PREFIX}:{queue.broker_name}"


def _groups(queue: Queue, jobs: list[Handed]) -> list[list[Handed]]:
    """One job, or one chunk, for each message."""
    if queue.chunk == 1:
        return [[job] for job in jobs]
    by_chunk = sorted(jobs, key=lambda job: str(job.chunk_id))  # stable: inside a chunk the order stays
    return [list(group) for _, group in groupby(by_chunk, key=lambda job: job.chunk_id)]


def _message(queue: Queue, jobs: list[Handed]) -> str:
    first = jobs[0]
    args: tuple[Any, ...] = (str(first.pk), first.generation)
    shown = f"({str(first.pk)!r}, {first.generation})"
    if queue.chunk > 1:
        args = ([(str(job.pk), job.generation) for job in jobs],)
        shown += f" and {len(jobs) - 1} more" * (len(jobs) > 1)
    task = current_app.amqp.as_task_v2(
        first.task_id,
        first.name,
        args,
        {},
        retries=first.attempt,
        ignore_result=not queue.store_results,  # what a message says goes before what its task declares
        argsrepr=shown,
        kwargsrepr="{}",
    )
    body = base64.b64encode(json.dumps(task.body).encode()).decode()
    delivery = {"exchange": EXCHANGE, "routing_key": queue.broker_name}
    properties = {
        **task.properties,
        "delivery_mode": 2,
        "delivery_info": delivery,
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": str(uuid4()),
    }
    return json.dumps(
        {
            "body": body,
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
