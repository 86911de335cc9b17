"""`manage.py backup FOLDER`: everything Copydesk keeps, of one moment, while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backups.programs import ProgramFailed
from config.backups.taking import AlreadyThere, take


class Command(BaseCommand):
    help = "Write a backup of the database and the archived jobs into a new folder; everything may run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="made by this command; must not be there yet")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            figures = take(folder)
        except (AlreadyThere, OSError, ProgramFailed) as error:
            raise CommandError(str(error)) from error
        for name in ("orders", "paid", "refunded", "jobs", "emails"):
            self.stdout.write(f"{name}: {_told(figures[name])}")
        self.stdout.write(f"the record ends at {figures['record'] or 'nothing'}")


def _told(figures: Any) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in figures.items()) or "none"
