"""`manage.py flower`: Flower, read-only, behind a password, bounded in memory, remembering over a restart."""

import os
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from queues.flower_pages import lead_back

MOST_TASKS, MOST_WORKERS = 5_000, 200
SAVE_EVERY_SECONDS = 60


class Command(BaseCommand):
    help = "Run Flower on FLOWER_ADDRESS:FLOWER_PORT; FLOWER_USER and FLOWER_PASSWORD must be set."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.FLOWER_USER and settings.FLOWER_PASSWORD):
            raise CommandError("FLOWER_USER and FLOWER_PASSWORD must be set: Flower shows every setting and task")
        os.umask(0o077)  # its memory is a pickle: nobody else reads it, and above all nobody writes it
        Path(settings.FLOWER_DB).parent.mkdir(parents=True, exist_ok=True)
        # Flower knows brokers by the names of kombu's own transports, and takes no message for which ours would matter.
        current_app.conf.broker_transport = None
        lead_back()
        current_app.start(["flower", *_options()])


def _options() -> list[str]:
    """What is said here cannot be changed by Flower's own variables or its file."""
    return [
        f"--address={settings.FLOWER_ADDRESS}",
        f"--port={settings.FLOWER_PORT}",
        f"--basic_auth={settings.FLOWER_USER}:{settings.FLOWER_PASSWORD}",
        "--read_only=true",
        f"--max_tasks={MOST_TASKS}",
        f"--max_workers={MOST_WORKERS}",
        "--enable_events=true",
        "--persistent=true",
        f"--db={settings.FLOWER_DB}",
        f"--state_save_interval={SAVE_EVERY_SECONDS * 1000}",
        "--tasks_columns=name,uuid,state,received,runtime,worker,retries",
    ]
