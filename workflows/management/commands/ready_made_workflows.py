"""`manage.py ready_made_workflows [--on]`: the two that come with Copydesk, the quality gate and scheduled publishing.

What staff made of them since stays.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from audit.actors import SYSTEM
from workflows.editing import switch, write
from workflows.models import Workflow

READY_MADE = Path(__file__).resolve().parents[2] / "ready_made"


class Command(BaseCommand):
    help = "Write the ready-made workflows, unless they are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", action="store_true", help="and switch them on")

    def handle(self, *args: Any, **options: Any) -> None:
        for file in sorted(READY_MADE.glob("*.json")):
            slug = file.stem.replace("_", "-")
            workflow = Workflow.objects.filter(slug=slug).first()
            if workflow is None:
                name = file.stem.replace("_", " ").capitalize()
                workflow = write(slug=slug, name=name, text=file.read_text(encoding="utf-8"), actor=SYSTEM).workflow
                if options["on"]:
                    switch(workflow=workflow, on=True, actor=SYSTEM)
            workflow.refresh_from_db()
            self.stdout.write(f"{workflow} is {'on' if workflow.enabled else 'off'}.")
