"""`manage.py verify_audit`: is the record as it was? Exit status 1 when anything is not.

It reads only, but with --go-on, which lets the sealing of a broken chain continue.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.actors import Actor
from audit.sealing import go_on
from audit.verifying import verify

SHOWN = 100
AT_THE_TERMINAL = Actor("system", "", "manage.py verify_audit")


class Command(BaseCommand):
    help = "Compare every entry of the record with its seal, and the chain with its end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--noted", default="", metavar="NUMBER:DIGEST", help="an end of the chain, kept elsewhere")
        parser.add_argument("--go-on", default="", metavar="REASON", help="seal on top of what is left of a cut chain")

    def handle(self, *args: Any, noted: str = "", go_on: str = "", **options: Any) -> None:
        if noted and not noted.partition(":")[0].isdigit():
            raise CommandError("--noted is a number, a colon and a digest, as this command prints them")
        if go_on:
            _go_on(go_on)
        report = verify(noted=noted)
        for problem in report.problems[:SHOWN]:
            self.stdout.write(str(problem))
        self.stdout.write(
            f"{report.seals:,} seals, {report.retired:,} entries retired, {report.waiting:,} not sealed yet;"
            f" the chain ends at {report.head or 'nothing'}"
        )
        if report.problems:
            raise CommandError(f"the record is not as it was: {len(report.problems):,} findings")


def _go_on(reason: str) -> None:
    go_on(actor=AT_THE_TERMINAL, reason=reason)
