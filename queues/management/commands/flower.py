"""`manage.py flower`: Flower, read-only, behind a password, bounded in memory."""

from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Run Flower on FLOWER_ADDRESS:FLOWER_PORT; FLOWER_USER and FLOWER_PASSWORD must be set."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.FLOWER_USER and settings.FLOWER_PASSWORD):
            raise CommandError("FLOWER_USER and FLOWER_PASSWORD must be set: Flower shows every setting and task")
        current_app.start(
            [
                "flower",
                f"--address={settings.FLOWER_ADDRESS}",
                f"--port={settings.FLOWER_PORT}",
                f"--basic_auth={settings.FLOWER_USER}:{settings.FLOWER_PASSWORD}",
                "--read_only=true",
                "--max_tasks=5000",
                "--enable_events=true",
                "--tasks_columns=name,uuid,state,args,received,started,runtime,worker,retries",
            ]
        )
