"""Brings a backup back into an empty database, and holds what came back against what was taken.

It never writes into a database that holds anything, and never over a file of the archive.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from audit.sealing import ChainBroken, seal
from audit.verifying import verify
from config.backups.programs import run
from config.backups.standing import differences, standing
from config.backups.taking import ARCHIVE, DUMP, FIGURES
from queues.recounting import recount


class NotRestorable(Exception):
    """Nothing was written; the message says why."""


def restore(folder: Path) -> Iterator[str]:
    """Bring everything back, then say what is not as it was; nothing said, all is well.

    Raises NotRestorable before anything is written; OSError or ProgramFailed when the database is as empty as before.
    """
    figures = _readable(folder)
    _refuse_a_full_database()
    run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", str(folder / DUMP))
    _return_archive(folder / ARCHIVE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return _faults(figures)


def _readable(folder: Path) -> dict[str, Any]:
    try:
        figures: dict[str, Any] = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotRestorable(f"{folder} is no whole backup: {error}") from error
    ours = {".".join(known) for known in MigrationLoader(None).disk_migrations}
    if unknown := sorted(ours - set(figures["migrations"])):
        raise NotRestorable(
            f"it was taken by an older release, before {', '.join(unknown)}: restore with that release, then deploy"
        )
    if (folder / ARCHIVE).is_dir() and not settings.JOB_ARCHIVE:
        raise NotRestorable("it holds archived jobs: say in JOB_ARCHIVE where they belong")
    return figures


def _refuse_a_full_database() -> None:
    if tables := connection.introspection.table_names():
        raise NotRestorable(f"{connection.settings_dict['NAME']} is not empty: it has {len(tables)} tables")


def _return_archive(kept: Path) -> None:
    """A file that survived is longer than the one in the backup, and stays."""
    folder = Path(settings.JOB_ARCHIVE)
    for file in sorted(kept.glob("*")):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / file.name).exists():
            shutil.copy2(file, folder)


def _faults(figures: dict[str, Any]) -> Iterator[str]:
    """The figures first: what follows writes rows of its own, as the running system does."""
    yield from differences(figures, standing())
    counted = recount()
    if counted.drift or counted.contradicted:
        yield f"jobs: the counters are off by {counted.drift}, and {counted.contradicted} runs are contradicted"
    try:
        seal()  # what was written in the last minute before the backup has no seal, and would pass for smuggled in
    except ChainBroken as broken:
        yield f"the record: {broken}"
    for problem in verify().problems:
        yield f"the record: {problem}"
