"""A plugin is taken whole or not at all, runs only when an owner said so, and a version never changes."""

from functools import reduce

import pytest
from django.db import DatabaseError, transaction

from audit.models import AuditEntry
from plugins import capabilities
from plugins.errors import PluginRefused
from plugins.installing import grant, install, revoke, switch
from plugins.manifest import faults
from plugins.models import Plugin, PluginGrant, PluginVersion
from plugins.tests.given import ECHO, OWNER, manifest, plugin

pytestmark = pytest.mark.django_db
ARTICLE = "read_article"


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_it_is_taken_switched_off_with_its_hash_and_on_the_record():
    version = install(manifest=manifest(), source=ECHO, actor=OWNER)

    assert (version.plugin.enabled, version.plugin.version, version.installed_by) == (False, version, OWNER.label)
    assert len(version.sha256) == 64
    assert actions() == ["plugin.installed"]


@pytest.mark.parametrize(
    ("changes", "source", "where"),
    [
        ({"name": "No Name"}, ECHO, "name"),
        ({"version": "1"}, ECHO, "version"),
        ({"input": {"type": "string"}}, ECHO, "input"),
        ({"output": {"type": "object", "required": 7}}, ECHO, "output"),
        ({"input": {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}}}, ECHO, "input"),
        ({"output": {"type": "object", "allOf": [{"patternProperties": {"(a+)+$": {}}}]}}, ECHO, "output"),
        ({"capabilities": ["read_everything"]}, ECHO, "capabilities"),
        ({"unheard_of": 1}, ECHO, "unheard_of"),
        ({}, "x = 1", "source"),
        ({}, "def run(", "source"),
        ({}, "\0", "source"),
        ({}, "#" * 100_001, "source"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(changes, source, where):
    with pytest.raises(PluginRefused) as refused:
        install(manifest=manifest(**changes), source=source, actor=OWNER)

    assert refused.value.reasons[0].startswith(where)
    assert not Plugin.objects.exists() and not AuditEntry.objects.exists()


def test_a_manifest_that_is_not_json_is_refused():
    with pytest.raises(PluginRefused, match="not JSON"):
        install(manifest="{", source=ECHO, actor=OWNER)


def test_the_same_version_again_is_the_one_there_is_and_other_words_need_another_number():
    first = install(manifest=manifest(), source=ECHO, actor=OWNER)

    assert install(manifest=manifest(), source=ECHO, actor=OWNER) == first
    with pytest.raises(PluginRefused, match=r"1\.0\.0 is there already"):
        install(manifest=manifest(), source=ECHO + "\n", actor=OWNER)
    assert PluginVersion.objects.count() == 1


def test_a_new_version_of_one_that_is_on_runs_from_then_on():
    plugin()

    version = install(manifest=manifest(version="1.1.0"), source=ECHO, actor=OWNER)

    assert Plugin.objects.get().version == version and Plugin.objects.get().enabled


def test_a_version_cannot_be_changed_even_by_hand():
    plugin()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PluginVersion.objects.update(source="def run(given):\n    return 2\n")


def test_what_it_asks_for_must_be_granted_before_it_runs():
    asking = plugin(on=False, granted=False, capabilities=[ARTICLE])

    with pytest.raises(PluginRefused, match="grant that first"):
        switch(plugin=asking, on=True, actor=OWNER)
    assert not Plugin.objects.get().enabled

    grant(plugin=asking, capability=ARTICLE, actor=OWNER)
    switch(plugin=asking, on=True, actor=OWNER)
    assert Plugin.objects.get().enabled
    assert actions() == ["plugin.installed", "plugin.granted", "plugin.enabled"]


def test_what_it_does_not_ask_for_or_nobody_offers_is_not_granted():
    asking = plugin()

    for capability in (ARTICLE, "read_everything"):
        with pytest.raises(PluginRefused):
            grant(plugin=asking, capability=capability, actor=OWNER)
    assert not PluginGrant.objects.exists()


def test_a_grant_taken_back_switches_it_off():
    asking = plugin(capabilities=[ARTICLE])

    revoke(plugin=asking, capability=ARTICLE, actor=OWNER)

    assert not Plugin.objects.get().enabled and not PluginGrant.objects.exists()
    assert actions()[-2:] == ["plugin.revoked", "plugin.disabled"]


def test_a_new_version_that_asks_for_more_is_off_until_that_is_granted():
    plugin()

    install(manifest=manifest(version="2.0.0", capabilities=[ARTICLE]), source=ECHO, actor=OWNER)

    assert not Plugin.objects.get().enabled and actions()[-1] == "plugin.disabled"


DOUBLING = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]} for n in range(12)}
DEEP = reduce(lambda inner, _: {"not": inner}, range(400), {})
SLOW = {"type": "string", "pattern": "^(a+)+$"}
OLDER = {"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"a": SLOW}}


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"$defs": {"properties": SLOW}, "properties": {"x": {"$ref": "#/$defs/properties"}}}, "may not say pattern"),
        ({"properties": {"properties": SLOW}}, "may not say pattern"),
        ({"items": {"allOf": [{"not": SLOW}]}}, "may not say pattern"),
        ({"unevaluatedProperties": False}, "may not say unevaluatedProperties"),
        ({"properties": {"x": OLDER}}, r"only the outermost schema may say \$schema"),
        ({"properties": {"x": {"$id": "x", "$defs": {"a": SLOW}}}}, r"only the outermost schema may say \$id"),
        ({"default": SLOW, "allOf": [{"$ref": "#/default"}]}, "not to #/default"),
        ({"allOf": [{"$ref": "https://else.example/"}]}, "not to https://else.example/"),
        ({"allOf": [{"$ref": "#/$defs/missing"}]}, "not to #/\\$defs/missing"),
        ({"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, r"#/\$defs/a comes back to itself"),
        ({"$defs": {**DOUBLING, "d12": {}}}, "at most 1,000 schemas"),
        (DEEP, "so deep cannot be judged"),
    ],
)
def test_a_schema_that_could_take_for_ever_is_refused_with_the_reason(says, words):
    with pytest.raises(PluginRefused, match=words):
        install(manifest=manifest(input={"type": "object", **says}), source=ECHO, actor=OWNER)

    assert not Plugin.objects.exists()


def test_a_field_may_be_called_as_it_likes_and_a_schema_be_used_twice():
    fields = {
        "type": "object",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {"word": {"type": "string"}},
        "properties": {"pattern": {"$ref": "#/$defs/word"}, "$ref": {"$ref": "#/$defs/word"}, "properties": True},
    }

    version = install(manifest=manifest(input=fields), source=ECHO, actor=OWNER)

    assert faults(version.says.input, {"pattern": "(a+)+$", "$ref": 1}) == ["$ref: 1 is not of type 'string'"]


def test_a_schema_without_end_is_answered_in_words():
    assert faults({"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}}, {"a": 1}) == [
        "the schema comes back to itself without end"
    ]


def test_a_capability_has_one_owner():
    with pytest.raises(ValueError, match="twice"):
        capabilities.register(ARTICLE, "", lambda subject: lambda: None)
