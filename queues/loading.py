"""Find every room's jobs and wiring, and make Celery tasks of what they declare.

The only import by name in Copydesk: it lets a lower room call what a higher one registered.
"""

from importlib import import_module
from importlib.util import find_spec

from celery import current_app, shared_task
from django.apps import apps
from kombu import Exchange
from kombu import Queue as BrokerQueue

from queues.declare import JOBS, QUEUES
from queues.executor import JobTask, work_of
from queues.schedule import static_schedule

EXCHANGE = "copydesk"


def load_rooms() -> None:
    """Import `jobs` and `wiring` of every installed app that has them, then register the tasks."""
    for app in apps.get_app_configs():
        for chapter in ("jobs", "wiring"):
            if find_spec(f"{app.name}.{chapter}"):
                import_module(f"{app.name}.{chapter}")
    _register_tasks()


def _register_tasks() -> None:
    for definition in JOBS.values():
        shared_task(base=JobTask, **definition.task_options())(work_of(definition))
    exchange = Exchange(EXCHANGE, type="direct")
    current_app.conf.task_queues = [
        BrokerQueue(queue.broker_name, exchange, routing_key=queue.broker_name) for queue in QUEUES.values()
    ]
    current_app.conf.beat_schedule = static_schedule()
