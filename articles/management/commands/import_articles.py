"""`manage.py import_articles FILE…`: Markdown files become articles, byte for byte; files known already change nothing.

A file that is refused is named with the reason, and the others go on.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.importing import UnreadableSource, import_article
from articles.publishing import BreaksPaidLink
from audit.actors import Actor

ACTOR = Actor(type="command", id="", label="import_articles")


class Command(BaseCommand):
    help = "Import Markdown files as articles, byte for byte."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, help="Markdown files; the name is the article's address")
        parser.add_argument("--publish", action="store_true", help="make them what readers see")

    def handle(self, *, files: list[Path], publish: bool, **options: Any) -> None:
        refused = [file for file in files if not self._took(file, publish)]
        if refused:
            raise CommandError(f"{len(refused)} of {len(files)} refused")

    def _took(self, file: Path, publish: bool) -> bool:
        try:
            done = import_article(source_bytes=file.read_bytes(), actor=ACTOR, slug=file.stem, publishing=publish)
        except (UnreadableSource, BreaksPaidLink, OSError) as error:
            self.stderr.write(f"refused   {file.name}: {error}")
            return False
        word = "imported " if done.created else "unchanged"
        self.stdout.write(f"{word} {done.article.slug}: {done.version.size} bytes, version {done.version.number}")
        if done.left:
            self.stdout.write(f"          its {', '.join(done.left)} stays as readers have it, without --publish")
        return True
