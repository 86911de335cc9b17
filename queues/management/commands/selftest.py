"""`manage.py selftest`: is the running system in order? A line for each fact, and an exit status for scripts."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from queues.clients.site import Site
from queues.selftest.lines import Line
from queues.selftest.running import selftest

LONGEST_STATEMENT_SECONDS = 30


class Command(BaseCommand):
    help = "Check a running system end to end: relay, workers, statistics, dead letters and replay, the owner's pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default=settings.SITE_URL, help="where `web` answers (default: SITE_URL)")
        parser.add_argument("--wait", type=float, default=20, metavar="SECONDS", help="for any one fact (default: 20)")

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site(options["site"], settings.SITE_URL)
        said: list[Line] = []
        try:
            _wait_for_nobody_for_ever()
            for line in selftest(site=site, patience_seconds=options["wait"]):
                said.append(line)
                self._say(line)
        except Error as error:
            raise CommandError(f"PostgreSQL: {str(error).strip()}") from None
        untrue = sum(not line.is_true for line in said)
        if untrue:
            raise CommandError(f"{untrue} of {len(said)} lines are untrue")
        self.stdout.write(f"all {len(said)} lines are true")

    def _say(self, line: Line) -> None:
        mark = self.style.SUCCESS("ok  ") if line.is_true else self.style.ERROR("FAIL")
        self.stdout.write(f"{mark}  {line.fact}: {line.told}")
        self.stdout.flush()


def _wait_for_nobody_for_ever() -> None:
    """Nor for a relay that was stopped in the middle of a transaction and holds our jobs' rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{LONGEST_STATEMENT_SECONDS}s'")
