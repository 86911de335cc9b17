"""systemd's unit files and Compose's services, as the tests of deploy/ read them: each with what it shares."""

import re
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

SYSTEMD, COMPOSE = settings.BASE_DIR / "deploy" / "systemd", settings.BASE_DIR / "deploy" / "compose.yaml"
BIN = "/srv/copydesk/.venv/bin/"
Unit = dict[str, list[str]]


def units() -> dict[str, Unit]:
    """Every setting's values by process, those of the drop-ins after the unit's own, as systemd adds them."""
    return {_process(file): _merged(file) for file in sorted(SYSTEMD.glob("copydesk-*.service"))}


def services() -> dict[str, Any]:
    """Ours: those that run the image of Copydesk."""
    every: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return {name: service for name, service in every.items() if service.get("image") == "copydesk"}


def command_of(unit: Unit) -> str:
    """As the Procfile would say it: `nice` and the defaults of variables stand elsewhere in a unit."""
    (command,) = unit["ExecStart"]
    defaults = dict(pair.split("=", 1) for pair in unit.get("Environment", []))
    said = re.sub(r"\$\{(\w+)\}", lambda named: f"${{{named[1]}:-{defaults[named[1]]}}}", command.removeprefix(BIN))
    return f"nice -n {unit['Nice'][0]} {said}" if "Nice" in unit else said


def seconds(told: str) -> float:
    return float(told.removesuffix("s"))


def _process(file: Path) -> str:
    return file.stem.removeprefix("copydesk-")


def _merged(file: Path) -> Unit:
    merged: Unit = {}
    drop_ins = [*SYSTEMD.glob("copydesk-.service.d/*.conf"), *SYSTEMD.glob(f"{file.name}.d/*.conf")]
    for part in (file, *sorted(drop_ins, key=lambda drop_in: drop_in.name)):
        for line in part.read_text().splitlines():
            if line and not line.startswith(("#", "[")):
                name, value = line.split("=", 1)
                merged.setdefault(name, []).append(value)
    return merged
