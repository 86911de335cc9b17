"""Jobs that say their payload in an error, as careless code does: alone, in a chunk, and in a child process."""

from queues.context import Context
from queues.declare import Payload, Queue, job

THREADS = Queue("planted.threads", pool="io", concurrency=2, attempts=2, backoff_seconds=1)
CHUNKS = Queue("planted.chunks", pool="io", concurrency=1, attempts=2, backoff_seconds=1, chunk=5)
FORKED = Queue("planted.forked", pool="batch", concurrency=1, attempts=2, backoff_seconds=1)
FORKED_CHUNKS = Queue("planted.forked-chunks", pool="batch", concurrency=1, attempts=2, backoff_seconds=1, chunk=5)
QUEUES = (THREADS, CHUNKS, FORKED, FORKED_CHUNKS)


class Words(Payload):
    """`completes`: say nothing and be done."""

    words: str
    completes: bool = False


class Careless(Exception):
    """Says what it must not."""


def _spill(ctx: Context, payload: Words) -> None:
    if payload.completes:
        return
    try:
        raise KeyError(payload.words)
    except KeyError as error:
        raise Careless(f"nothing opens with {payload.words}", payload.words) from error


for _queue in QUEUES:
    for _is_secret in (True, False):
        _name = f"{_queue.name}-{'secret' if _is_secret else 'open'}"
        job(queue=_queue, name=_name, payload=Words, timeout_seconds=30, secret=_is_secret)(_spill)
