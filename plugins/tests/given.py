"""What these tests say often: a plugin taken, granted and switched on."""

from typing import Any

from audit.actors import Actor
from plugins.installing import grant, install, switch
from plugins.models import Plugin

OWNER = Actor("user", "1", "owner@copydesk.example")
ANY = {"type": "object"}
ECHO = "def run(given):\n    return given\n"


def manifest(**changes: Any) -> dict[str, Any]:
    says = {"name": "sample", "version": "1.0.0", "title": "A sample", "input": ANY, "output": ANY}
    return says | changes


def plugin(source: str = ECHO, *, on: bool = True, granted: bool = True, **changes: Any) -> Plugin:
    version = install(manifest=manifest(**changes), source=source, actor=OWNER)
    for capability in version.says.capabilities if granted else []:
        grant(plugin=version.plugin, capability=capability, actor=OWNER)
    if on:
        switch(plugin=version.plugin, on=True, actor=OWNER)
    return Plugin.objects.get(pk=version.plugin_id)
