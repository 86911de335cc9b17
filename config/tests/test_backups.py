"""What a backup refuses, and how a difference is told; the whole way and back is a journey: tests/test_backup.py."""

import json

import pytest
from django.db.migrations.loader import MigrationLoader

from config.backups import programs, restoring, taking
from config.backups.standing import differences, standing


@pytest.fixture
def backup(tmp_path):
    """One of this release, as far as it is read before anything is written."""
    migrations = sorted(".".join(known) for known in MigrationLoader(None).disk_migrations)
    (tmp_path / "figures.json").write_text(json.dumps({"migrations": migrations}))
    return tmp_path


def test_each_figure_that_differs_is_a_line():
    before = {"rows": {"a": 1, "b": 2}, "paid": {"usd": 5}, "record": "1:x"}
    after = {"rows": {"a": 1, "c": 3}, "paid": {"usd": 5}, "record": "1:y"}

    assert list(differences(before, after)) == [
        "record: 1:x in the backup, 1:y here",
        "rows b: 2 in the backup, None here",
        "rows c: None in the backup, 3 here",
    ]
    assert list(differences(before, before)) == []


@pytest.mark.django_db
def test_every_table_is_counted():
    rows = standing()["rows"]

    assert {"backlinks_order", "queues_job", "audit_seal", "articles_image", "analytics_analyticsevent"} <= set(rows)


@pytest.mark.django_db
def test_a_database_with_tables_is_refused(backup):
    with pytest.raises(restoring.NotRestorable, match="is not empty"):
        restoring.restore(backup)


def test_half_a_backup_is_refused(tmp_path):
    with pytest.raises(restoring.NotRestorable, match="is no whole backup"):
        restoring.restore(tmp_path)


def test_that_of_an_older_release_is_refused_and_named(backup):
    figures = json.loads((backup / "figures.json").read_text())
    figures["migrations"].remove("backlinks.0009_terms")
    (backup / "figures.json").write_text(json.dumps(figures))

    with pytest.raises(restoring.NotRestorable, match=r"before backlinks\.0009_terms: restore with that release"):
        restoring.restore(backup)


def test_archived_jobs_need_a_place(backup, settings):
    (backup / "job-archive").mkdir()
    settings.JOB_ARCHIVE = ""

    with pytest.raises(restoring.NotRestorable, match="say in JOB_ARCHIVE"):
        restoring.restore(backup)


def test_a_file_of_the_archive_that_survived_stays(tmp_path, settings):
    kept, there = tmp_path / "kept", tmp_path / "there"
    kept.mkdir(), there.mkdir()
    (kept / "old.jsonl").write_text("1\n"), (kept / "new.jsonl").write_text("1\n")
    (there / "new.jsonl").write_text("1\n2\n")
    settings.JOB_ARCHIVE = str(there)

    restoring._return_archive(kept)

    assert {file.name: file.read_text() for file in there.iterdir()} == {"old.jsonl": "1\n", "new.jsonl": "1\n2\n"}


def test_a_backup_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fails(file):
        file.write_text("half")
        raise programs.ProgramFailed("pg_dump: no")

    monkeypatch.setattr(taking, "_dump", fails)

    with pytest.raises(programs.ProgramFailed):
        taking.take(tmp_path / "monday")
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there_is_said_so():
    with pytest.raises(programs.ProgramFailed, match="pg_nothing is not on the PATH"):
        programs.run("pg_nothing")
