"""`manage.py restore FOLDER`: a backup comes back into an empty database. Exit status 1 when anything is not as it was.

No process may run on that database yet.
"""

from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.actors import Actor
from config.backups.programs import ProgramFailed
from config.backups.restoring import NotRestorable, restore
from mail.models import EmailLog, State
from queues.declare import QUEUES
from queues.pausing import AlreadyPaused, pause

AT_THE_TERMINAL = Actor("system", "", "manage.py restore")
SHOWN = 100


class Command(BaseCommand):
    help = "Bring a backup back into the empty database of DATABASE_URL, and compare what came with what was taken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="as `manage.py backup` made it")
        parser.add_argument(
            "--pause", action="append", default=[], choices=sorted(QUEUES), metavar="QUEUE", help="starts nothing yet"
        )

    def handle(self, *args: Any, folder: Path, pause: list[str], **options: Any) -> None:
        try:
            faults = list(restore(folder))
        except (NotRestorable, OSError, ProgramFailed) as error:
            raise CommandError(str(error)) from error
        for fault in faults[:SHOWN]:
            self.stdout.write(fault)
        for queue in pause:
            _pause(queue)
        unsent = EmailLog.objects.filter(state__in=(State.QUEUED, State.SENDING)).count()
        self.stdout.write(f"{unsent:,} emails were not sent yet when the backup was taken")
        if faults:
            raise CommandError(f"it is not all as it was: {len(faults):,} differences")
        self.stdout.write("everything is as it was")


def _pause(queue: str) -> None:
    with suppress(AlreadyPaused):
        pause(queue=queue, actor=AT_THE_TERMINAL, reason="held back when the database was restored")
