"""`manage.py plant`: enqueue what is read from standard input, [[name, payload], …]; prints the jobs' ids as JSON."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from queues.enqueue import enqueue


class Command(BaseCommand):
    help = "Enqueue jobs for a journey; all of them at once, so that they share their chunks."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            jobs = [enqueue(name, payload).job for name, payload in json.load(sys.stdin)]
        self.stdout.write(json.dumps([str(job.pk) for job in jobs if job]))
