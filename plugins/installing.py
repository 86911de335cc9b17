"""Taking a plugin, switching it on and off, and granting what it asks for: each an owner's word, on the record."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from audit.actors import Actor
from audit.recording import record
from plugins.capabilities import capability_of
from plugins.errors import PluginRefused
from plugins.jail import fault_of
from plugins.manifest import Manifest
from plugins.models import Plugin, PluginGrant, PluginVersion

MOST_SOURCE = 100_000  # characters


def install(*, manifest: object, source: str, actor: Actor) -> PluginVersion:
    """Take a version: it becomes the one that runs, if its plugin is switched on. Loaded once in the jail, before.

    The same version taken again is the one there is. Raises PluginRefused with every fault found.
    """
    says = _read(manifest)
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    if (there := _same(says, sha256)) is not None:
        return there
    if words := _fault(says, source):
        raise PluginRefused(f"source: {words}")
    with transaction.atomic():
        plugin, _ = Plugin.objects.select_for_update().get_or_create(name=says.name)
        version = PluginVersion.objects.create(
            plugin=plugin,
            number=says.version,
            manifest=says.model_dump(),
            source=source,
            sha256=sha256,
            installed_by=actor.label,
        )
        _change(plugin, "plugin.installed", actor, after={"version": says.version, "sha256": sha256}, version=version)
        _off_if_missing(plugin, actor, because="the new version asks for more")
    return version


def switch(*, plugin: Plugin, on: bool, actor: Actor) -> None:
    """Raises PluginRefused when it asks for what was not granted."""
    with transaction.atomic():
        plugin = Plugin.objects.select_for_update().get(pk=plugin.pk)
        if on and (missing := missing_grants(plugin)):
            raise PluginRefused(f"it asks for {', '.join(missing)}: grant that first, or leave it off")
        if plugin.enabled != on:
            _change(plugin, "plugin.enabled" if on else "plugin.disabled", actor, after={}, enabled=on)


def grant(*, plugin: Plugin, capability: str, actor: Actor) -> None:
    """Raises UnknownCapability, and PluginRefused for one that the plugin does not ask for."""
    capability_of(capability)
    with transaction.atomic():
        plugin = Plugin.objects.select_for_update().get(pk=plugin.pk)
        if plugin.version is None or capability not in plugin.version.says.capabilities:
            raise PluginRefused(f"it does not ask for {capability}")
        _, is_new = PluginGrant.objects.get_or_create(
            plugin=plugin, capability=capability, defaults={"granted_by": actor.label}
        )
        if is_new:
            _change(plugin, "plugin.granted", actor, after={"capability": capability})


def revoke(*, plugin: Plugin, capability: str, actor: Actor) -> None:
    """A plugin that loses what it asks for is switched off with it."""
    with transaction.atomic():
        plugin = Plugin.objects.select_for_update().get(pk=plugin.pk)
        gone, _ = PluginGrant.objects.filter(plugin=plugin, capability=capability).delete()
        if gone:
            _change(plugin, "plugin.revoked", actor, after={"capability": capability})
        _off_if_missing(plugin, actor, because="revoked")


def missing_grants(plugin: Plugin) -> list[str]:
    """What its version asks for and nobody granted."""
    asked = plugin.version.says.capabilities if plugin.version else []
    granted = set(plugin.grants.values_list("capability", flat=True))
    return [name for name in asked if name not in granted]


def _off_if_missing(plugin: Plugin, actor: Actor, *, because: str) -> None:
    if plugin.enabled and missing_grants(plugin):
        _change(plugin, "plugin.disabled", actor, after={"because": because}, enabled=False)


def _read(manifest: object) -> Manifest:
    try:
        given = json.loads(manifest) if isinstance(manifest, str | bytes) else manifest
        says = Manifest.model_validate(given)
    except json.JSONDecodeError as error:
        raise PluginRefused(f"manifest: not JSON: {error}") from None
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc'])) or 'manifest'}: {fault['msg']}" for fault in error.errors())
        raise PluginRefused(*faults) from None
    for name in says.capabilities:
        capability_of(name)
    return says


def _same(says: Manifest, sha256: str) -> PluginVersion | None:
    there = PluginVersion.objects.filter(plugin__name=says.name, number=says.version).first()
    if there is not None and (there.sha256, there.manifest) != (sha256, says.model_dump()):
        raise PluginRefused(f"version: {says.version} is there already, with other words; give this one its own number")
    return there


def _fault(says: Manifest, source: str) -> str:
    if len(source) > MOST_SOURCE:
        return f"{len(source):,} characters; {MOST_SOURCE:,} are allowed"
    if "\0" in source:
        return "it holds a NUL character"
    return fault_of(source, name=says.name)


def _change(plugin: Plugin, action: str, actor: Actor, *, after: dict[str, Any], **fields: Any) -> None:
    Plugin.objects.filter(pk=plugin.pk).update(updated_at=timezone.now(), **fields)
    record(actor=actor, action=action, target=("plugin", plugin.name), after=after)
    plugin.refresh_from_db()
