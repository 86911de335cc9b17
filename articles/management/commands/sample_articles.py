"""`manage.py sample_articles`: the articles the demo sells links in, imported and published.

Running it again changes nothing: what was sold in them since stays.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from articles.importing import import_article
from audit.actors import Actor

SAMPLES = Path(__file__).resolve().parents[2] / "sample_articles"
ACTOR = Actor(type="command", id="", label="sample_articles")


class Command(BaseCommand):
    help = "Import and publish the sample articles."

    def handle(self, *args: Any, **options: Any) -> None:
        for file in sorted(SAMPLES.glob("*.md")):
            done = import_article(source_bytes=file.read_bytes(), actor=ACTOR, slug=file.stem, publishing=True)
            article = done.article
            word = "imported " if done.created else "unchanged"
            room = f"{article.link_slots} link slots" if article.linkable else f"no link: {article.linkable_message}"
            self.stdout.write(f"{word} {article.slug} ({article.language}): {room}")
