"""`manage.py rebuild_analytics FIRST LAST`: every figure of these days counted anew, by a job."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.jobs import REBUILD
from analytics.ranges import NotARange, Range
from queues.enqueue import enqueue


class Command(BaseCommand):
    help = "Count every figure of these days anew (YYYY-MM-DD, both included), after the site's time zone changed, say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("first", type=date.fromisoformat)
        parser.add_argument("last", type=date.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            range = Range(options["first"], options["last"])
        except NotARange as error:
            raise CommandError(f"no range of days: {error}") from error
        done = enqueue(REBUILD, {"first": range.first, "last": range.last}, key=f"{range.first}/{range.last}")
        self.stdout.write(f"job {done.job.pk if done.job else '?'}: {range.days} days")
