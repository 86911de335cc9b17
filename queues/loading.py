"""Find every room's jobs and wiring, and make Celery tasks of what they declare.

The only import by name in Copydesk: it lets a lower room call what a higher one registered.
"""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from celery import current_app, shared_task
from django.apps import apps
from kombu import Exchange
from kombu import Queue as BrokerQueue

from queues.declare import JOBS, QUEUES, Definition
from queues.executor import JobTask, work_of
from queues.messages import EXCHANGE
from queues.results import Witness
from queues.schedule import static_schedule


def load_rooms() -> None:
    """Import `jobs` and `wiring` of every installed app that has them, then register the tasks."""
    for app in apps.get_app_configs():
        for chapter in ("jobs", "wiring"):
            if find_spec(f"{app.name}.{chapter}"):
                import_module(f"{app.name}.{chapter}")
    register_tasks(JOBS.values())


def register_tasks(definitions: Iterable[Definition]) -> None:
    """Make a Celery task of each, and tell Celery of every queue."""
    witness = Witness(app=current_app)
    for definition in definitions:
        shared_task(base=JobTask, backend=witness, **definition.task_options())(work_of(definition))  # type: ignore[no-untyped-call]
    exchange = Exchange(EXCHANGE, type="direct")
    current_app.conf.task_queues = [
        BrokerQueue(queue.broker_name, exchange, routing_key=queue.broker_name) for queue in QUEUES.values()
    ]
    current_app.conf.beat_schedule = static_schedule()
