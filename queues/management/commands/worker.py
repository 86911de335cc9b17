"""`manage.py worker POOL`: a Celery worker whose queues, pool and concurrency are computed from the declarations."""

from argparse import ArgumentParser
from typing import Any

from celery import current_app, signals
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from queues import identity, worker
from queues.declare import POOLS, queues_of_pool
from queues.services import ServicesAway, redis_client, wait_for_services


class Command(BaseCommand):
    help = "Run the worker of one pool, or of all queues in one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pool", nargs="?", default="all", choices=sorted(POOLS))

    def handle(self, *args: Any, **options: Any) -> None:
        pool: str = options["pool"]
        queues = queues_of_pool(pool)
        if not queues:
            raise CommandError(f"no queue is declared for the pool {pool}")
        if POOLS[pool] == "prefork":
            _keep_own_connections()
        redis = redis_client()
        try:
            wait_for_services(redis, self.stderr.write)
        except ServicesAway as error:
            raise CommandError(str(error)) from None
        finally:
            redis.close()
            connection.close()
        slots = sum(queue.concurrency for queue in queues)
        _attach(worker.Post(pool, [queue.name for queue in queues], slots))
        current_app.worker_main(
            [
                "worker",
                f"--queues={','.join(queue.broker_name for queue in queues)}",
                f"--pool={POOLS[pool]}",
                f"--concurrency={slots}",
                f"--hostname={pool}@%h",
                "--loglevel=INFO",
                "--without-gossip",
                "--without-mingle",
            ]
        )


def _keep_own_connections() -> None:
    """A forked child cannot use a pool's threads: each process of a prefork worker keeps one connection instead."""
    database = connections.settings["default"]
    database["OPTIONS"].pop("pool", None)
    database["CONN_MAX_AGE"] = None


def _attach(post: worker.Post) -> None:
    """Tie the leases to the life of Celery's worker; the identity is taken now, before any child is forked."""
    identity.me()
    signals.worker_ready.connect(lambda **_: worker.take_post(post), weak=False)
    signals.worker_shutting_down.connect(lambda **_: worker.begin_shutdown(), weak=False)
    signals.worker_shutdown.connect(lambda **_: worker.leave_post(), weak=False)
