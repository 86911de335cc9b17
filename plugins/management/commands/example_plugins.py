"""`manage.py example_plugins`: take the plugins that come with Copydesk, grant what they ask for, switch them on."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from audit.actors import SYSTEM
from plugins.installing import grant, install, switch

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Command(BaseCommand):
    help = "Install the example plugins and switch them on."

    def handle(self, *args: Any, **options: Any) -> None:
        for manifest in sorted(EXAMPLES.glob("*.json")):
            source = manifest.with_suffix(".py").read_text(encoding="utf-8")
            version = install(manifest=manifest.read_text(encoding="utf-8"), source=source, actor=SYSTEM)
            for capability in version.says.capabilities:
                grant(plugin=version.plugin, capability=capability, actor=SYSTEM)
            switch(plugin=version.plugin, on=True, actor=SYSTEM)
            self.stdout.write(f"{version} is installed and switched on.")
