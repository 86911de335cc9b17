"""Takes a backup while everything runs: it locks nothing that work needs, and all of it is of one moment."""

import json
import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from config.backups.programs import run
from config.backups.standing import Figures, standing

DUMP, FIGURES, ARCHIVE = "database.dump", "figures.json", "job-archive"


class AlreadyThere(Exception):
    """A backup is never written over another."""


def take(folder: Path) -> Figures:
    """Make `folder` with the backup in it, whole or not at all; says what it holds.

    Raises AlreadyThere, OSError or ProgramFailed.
    """
    draft = folder.with_name(f"{folder.name}.unfinished")
    if folder.exists():
        raise AlreadyThere(f"{folder} is there already")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        figures = _dump(draft / DUMP)
        (draft / FIGURES).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        _copy_archive(draft / ARCHIVE)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return figures


def _dump(file: Path) -> Figures:
    """The figures are counted in the very snapshot that is dumped, so that a difference later is a fault."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # it idles while the dump is written
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        figures = standing()
        run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
    return figures


def _copy_archive(folder: Path) -> None:
    """After the dump: a job that is pruned meanwhile is then in both, and not in neither."""
    if settings.JOB_ARCHIVE and Path(settings.JOB_ARCHIVE).is_dir():
        shutil.copytree(settings.JOB_ARCHIVE, folder)
