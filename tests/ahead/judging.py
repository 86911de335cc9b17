"""Which migrations an old release survives: those that only add what it need not know.

Anything that is not known to be safe is not: whoever needs it names it with a reason where the test lists them.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

# An index that goes makes work slower and not wrong; the others change no table, or widen what it takes.
HARMLESS = (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
    migrations.AlterModelManagers,
    migrations.AlterModelOptions,
    migrations.CreateModel,
    migrations.RemoveConstraint,
    migrations.RemoveIndex,
)
GONE = "what is there goes away or gets another name: the old release still asks for it"


def unsafe(migration: migrations.Migration, state: ProjectState) -> Iterator[tuple[str, str]]:
    """What of `migration` an old release may not survive, and why. `state` becomes what follows from it."""
    new: set[str] = set()
    for operation in migration.operations:
        if isinstance(operation, migrations.CreateModel):
            new.add(operation.name_lower)
        for part in getattr(operation, "database_operations", [operation]):
            if why := _why_not(part, migration.app_label, state, new):
                yield part.describe(), why
        operation.state_forwards(migration.app_label, state)


def _why_not(operation: Operation, room: str, state: ProjectState, new: set[str]) -> str:
    if isinstance(operation, HARMLESS) or getattr(operation, "model_name_lower", None) in new:
        return ""
    if isinstance(operation, migrations.AddField):
        return _added(operation.field)
    if isinstance(operation, migrations.AlterField):
        return _altered(state.models[room, operation.model_name_lower].fields[operation.name], operation.field)
    if isinstance(operation, migrations.AddIndex):
        return "writers wait while it is built: AddIndexConcurrently does not hold them up"
    if isinstance(operation, migrations.AddConstraint):
        return "every row is looked at while nobody may read: AddConstraintNotValid first, ValidateConstraint then"
    if isinstance(operation, (migrations.RunSQL, migrations.RunPython)):
        return "what it does cannot be told from outside"
    return GONE


def _added(field: "models.Field[Any, Any]") -> str:
    if field.many_to_many:
        return ""
    if not field.null and field.db_default is NOT_PROVIDED:
        return "the old release writes rows without it: null=True, or a db_default"
    if field.db_index or field.unique:
        return "writers wait while its index is built: add that by AddIndexConcurrently"
    return ""


def _altered(before: "models.Field[Any, Any]", after: "models.Field[Any, Any]") -> str:
    """Fine where the column stays as it is, or takes more than it did."""
    (_, path, args, was), (_, new_path, new_args, now) = before.deconstruct(), after.deconstruct()
    if (path, args) != (new_path, new_args):
        return "the column becomes another one"
    changed = {name for name in {*was, *now} if was.get(name) != now.get(name)}
    changed -= {*after.non_db_attrs, "default"}
    if now.get("null"):
        changed -= {"null"}
    if "db_default" in now:
        changed -= {"db_default"}
    if (now.get("max_length") or 0) >= (was.get("max_length") or 0) and "max_length" in was:
        changed -= {"max_length"}
    return f"the column takes less, or something else: {', '.join(sorted(changed))}" if changed else ""
