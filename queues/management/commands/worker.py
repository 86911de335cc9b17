"""`manage.py worker POOL`: a Celery worker whose queues, pool and concurrency are computed from the declarations."""

import gc
import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import current_app, signals
from celery.utils.nodenames import host_format
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from queues import identity, worker
from queues.declare import POOLS, queues_of_pool
from queues.pulse import Pulse
from queues.services import ServicesAway, redis_client, wait_for_services
from queues.telling import Telling

SPARE_CONNECTIONS = 3  # the lease keeper's, the shutdown's, Celery's own


class Command(BaseCommand):
    requires_system_checks = ()  # they load every page of the site, and the release has made them
    help = "Run the worker of one pool, or of all queues in one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pool", nargs="?", default="all", choices=sorted(POOLS))

    def handle(self, *args: Any, **options: Any) -> None:
        pool: str = options["pool"]
        queues = queues_of_pool(pool)
        if not queues:
            raise CommandError(f"no queue is declared for the pool {pool}")
        slots = sum(queue.concurrency for queue in queues)
        if POOLS[pool] == "prefork":
            _keep_own_connections()
        else:
            _share_connections(slots)
        redis = redis_client()
        try:
            wait_for_services(redis, self.stderr.write)
        except ServicesAway as error:
            raise CommandError(str(error)) from None
        finally:
            redis.close()
        _attach(worker.Post(pool, [queue.name for queue in queues], slots))
        gc.freeze()  # what is loaded stays: Celery collects garbage before every fork, and would walk through all of it
        os.environ["CELERY_SKIP_CHECKS"] = "true"  # the same checks once more
        # As `celery worker` does, without the commands beside it, whose prompt and Flower take 12 MiB.
        celery_worker = current_app.Worker(
            queues=",".join(queue.broker_name for queue in queues),
            pool_cls=POOLS[pool],
            concurrency=slots,
            hostname=host_format(f"{pool}@%h"),
            loglevel=logging.getLogger().level,  # as LOG_LEVEL says; Celery would set another
            without_gossip=True,
            without_mingle=True,
        )
        celery_worker.start()
        sys.exit(celery_worker.exitcode)


def _keep_own_connections() -> None:
    """A forked child cannot use a pool's threads: each process of a prefork worker keeps one connection instead."""
    database = connections.settings["default"]
    database["OPTIONS"].pop("pool", None)
    database["CONN_MAX_AGE"] = None


def _share_connections(slots: int) -> None:
    """One for each thread, and ours. Celery gives a thread's back to the pool after its task if it reuses none."""
    current_app.conf["CELERY_DB_REUSE_MAX"] = 0
    pool = connections.settings["default"]["OPTIONS"].get("pool")
    if pool:
        pool["max_size"] = max(pool["max_size"], slots + SPARE_CONNECTIONS)


def _attach(post: worker.Post) -> None:
    """Tie the leases to the life of Celery's worker; the identity is taken now, before any child is forked."""
    identity.me()
    keeper = worker.Keeper(post)
    current_app.steps["consumer"].add(Pulse)
    signals.worker_ready.connect(lambda **_: keeper.start(), weak=False)
    signals.worker_shutting_down.connect(lambda **_: keeper.begin_shutdown(), weak=False)
    signals.worker_shutdown.connect(lambda **_: keeper.leave(), weak=False)
    signals.task_failure.connect(_task_failed, weak=False)
    current_app.steps["consumer"].add(Telling)


def _task_failed(*, task_id: str, exception: BaseException, args: Sequence[Any], **_: Any) -> None:
    """In the main process Celery tells of nothing but a lost child; in a child and in threads, of every failure."""
    if isinstance(exception, WorkerLostError):
        worker.send_again_what_a_lost_child_took(task_id, args)
        connections.close_all()
