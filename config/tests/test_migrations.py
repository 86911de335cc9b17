"""No migration since the first release is one that the release before it would not survive, unless it says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.ahead.judging import unsafe

# The last migration of each room in the first release. What came before was never run beside an older release.
FIRST_RELEASE = {
    "accounts": "0004_profiles",
    "analytics": "0002_try_ai",
    "articles": "0008_ai_budgets",
    "audit": "0003_sealed",
    "backlinks": "0010_erased_customers",
    "mail": "0003_texts_by_time",
    "plugins": "0002_replies",
    "queues": "0002_backbone",
    "workflows": "0001_initial",
}
# (room, migration, what the operation says of itself): why the release before it goes on working all the same.
EXPLAINED: dict[tuple[str, str, str], str] = {
    ("queues", "0003_wake", "Raw SQL operation"): "a function of a new name, which nothing of before calls",
}


def found() -> Iterator[tuple[str, str, str, str]]:
    """In the order of `migrate`."""
    loader, seen = MigrationLoader(None), set()
    state = ProjectState()
    for leaf in sorted(loader.graph.leaf_nodes()):
        for room, name in loader.graph.forwards_plan(leaf):
            if (room, name) in seen:
                continue
            seen.add((room, name))
            faults = list(unsafe(loader.graph.nodes[room, name], state))
            if room in FIRST_RELEASE and name > FIRST_RELEASE[room]:
                yield from ((room, name, what, why) for what, why in faults)


def test_every_migration_since_the_first_release_lets_the_one_before_it_work():
    named = [(room, name, what) for room, name, what, _ in found()]

    assert [fault for fault in found() if fault[:3] not in EXPLAINED] == []
    assert [explained for explained in EXPLAINED if explained not in named] == [], "explains what is no longer there"


def test_every_room_has_its_mark():
    ours = {room.label for room in apps.get_app_configs() if Path(room.path).parent == settings.BASE_DIR}

    assert ours & {room for room, _ in MigrationLoader(None).disk_migrations} == {*FIRST_RELEASE}


CHAR = models.CharField(max_length=10)
CASES = {
    "a column": (migrations.AddField("thing", "word", models.TextField(null=True)), ""),
    "a column with a default of the database's": (
        migrations.AddField("thing", "word", models.TextField(default="", db_default="")),
        "",
    ),
    "a column with a default of Django's only": (
        migrations.AddField("thing", "word", models.TextField(default="")),
        "the old release writes rows without it",
    ),
    "an indexed column": (
        migrations.AddField("thing", "word", models.TextField(null=True, db_index=True)),
        "writers wait",
    ),
    "no column": (migrations.RemoveField("thing", "name"), "goes away"),
    "another name": (migrations.RenameField("thing", "name", "title"), "goes away"),
    "another table": (migrations.RenameModel("Thing", "Object"), "goes away"),
    "no table": (migrations.DeleteModel("Thing"), "goes away"),
    "an index": (migrations.AddIndex("thing", models.Index(fields=["name"], name="by_name")), "writers wait"),
    "a constraint": (
        migrations.AddConstraint("thing", models.CheckConstraint(condition=~models.Q(name=""), name="named")),
        "every row is looked at",
    ),
    "SQL": (migrations.RunSQL("SELECT 1"), "cannot be told"),
    "SQL in disguise": (
        migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("SELECT 1")]),
        "cannot be told",
    ),
    "a longer text": (migrations.AlterField("thing", "name", models.CharField(max_length=20)), ""),
    "other words about it": (migrations.AlterField("thing", "name", models.CharField(max_length=10, blank=True)), ""),
    "a shorter text": (migrations.AlterField("thing", "name", models.CharField(max_length=5)), "max_length"),
    "a number": (migrations.AlterField("thing", "name", models.IntegerField()), "becomes another one"),
    "no nothing": (migrations.AlterField("thing", "note", models.TextField()), "null"),
    "nothing allowed": (migrations.AlterField("thing", "name", models.CharField(max_length=10, null=True)), ""),
    "unique": (migrations.AlterField("thing", "name", models.CharField(max_length=10, unique=True)), "unique"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_an_old_release_survives(case: str):
    operation, expected = CASES[case]
    old, new = migrations.Migration("0001", "room"), migrations.Migration("0002", "room")
    old.operations = [
        migrations.CreateModel("Thing", [("name", CHAR), ("note", models.TextField(null=True))]),
        migrations.AddIndex("thing", models.Index(fields=["name"], name="its_own")),
    ]
    new.operations, state = [operation], ProjectState()

    assert list(unsafe(old, state)) == []  # what is done to a table of its own making holds nobody up
    faults = [why for _, why in unsafe(new, state)]
    assert (faults == []) if not expected else (len(faults) == 1 and expected in faults[0]), faults
