"""The documentation is true: what it names is there, what it quotes is so, and every command in it works."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which
from uuid import UUID

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from backlinks.models import OrderStatus
from simulators.services.binaries import find_postgres
from tests.documents import PAGES, blocks, code, links, said, script
from tests.system import ROOT, System

FILES = re.compile(r"(?!/)[\w.-]+(/[\w.-]+)*(/|\.(py|md|toml|txt|json|yml))")
SETTINGS = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
SAMPLES = ("a", "1", "quote", "queues", str(UUID(int=1)))  # what may stand where an address has a <name>
EVERYTHING_ELSE = "(?P<url>.*)$"  # the admin's own answer to what is not there
RUNS_SECONDS = 280


def pages(kind: str) -> list[Path]:
    return [page for page in PAGES if next(blocks(page, kind), None)]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_and_files_are_there(page: Path):
    led = [link for link in links(page) if not (ROOT / page.parent / link).exists()]
    named = [name for name in code(page) if FILES.fullmatch(name) and not is_there(name)]

    assert (led, named) == ([], [])


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_and_targets_are_there(page: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"manage\.py ([a-z_]+)", said(page))) - set(get_commands()) == set()
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", said(page), re.MULTILINE)) - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_settings_are_in_the_example(page: Path):
    known = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    named = {name for name in code(page) if SETTINGS.fullmatch(name)}

    assert named - known - set(OrderStatus.values) == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_addresses_are_answered(page: Path):
    named = {name for name in code(page) if name.startswith("/")}
    called = set(re.findall(r"\$SITE(/[^\s\"']*)", said(page)))

    assert [address for address in named | called if not answered(address)] == []


@pytest.mark.parametrize("page", sorted({*pages("python"), *pages("json")}), ids=str)
def test_what_is_quoted_stands_in_the_file_named_above_it(page: Path):
    for block in blocks(page, "python", "json"):
        (named,) = re.findall(r"`([\w./-]+\.(?:py|json))`", block.before)
        assert block.text.strip("\n") in (ROOT / named).read_text(), f"{page}:{block.line} is not in {named}"


@pytest.mark.skipif(not (which("jq") and which("curl")), reason="the pages' commands need curl and jq")
@pytest.mark.timeout(RUNS_SECONDS + 20)
@pytest.mark.parametrize("page", pages("sh"), ids=str)
def test_every_command_works(page: Path, system: System, tmp_path: Path):
    """In order and in one shell; the work is done in the project's folder, what is written goes to `$FOLDER`."""
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script(page)],
        cwd=ROOT,
        env=environment(system, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUNS_SECONDS,
        check=False,
    )

    assert ran.returncode == 0, f"status {ran.returncode} in the last of these:\n{ran.stdout}"


def is_there(name: str) -> bool:
    """A path from the project's folder; a bare name is of a file that some room has."""
    return (ROOT / name).exists() or ("/" not in name and any(ROOT.glob(f"*/{name}")))


def answered(address: str) -> bool:
    """Whether something other than the admin's last resort answers, with one of the samples for what is variable."""
    plain = re.sub(r"[?#].*", "", address)
    tries = [re.sub(r"<[^>]+>|\$\w+", sample, plain) for sample in SAMPLES]
    return any(_resolved(path) for path in tries)


def _resolved(path: str) -> bool:
    try:
        return not resolve(path).route.endswith(EVERYTHING_ELSE)
    except Resolver404:
        return False


def environment(system: System, folder: Path) -> dict[str, str]:
    """What an operator beside the running system has: its settings, its programs, and the owner's token."""
    programs = [str(Path(sys.executable).parent), str(find_postgres().path.parent), os.environ["PATH"]]
    return {
        "PATH": os.pathsep.join(programs),
        "HOME": str(folder),
        "FOLDER": str(folder),
        "SECRET_KEY": json.loads((system.home / "secrets.json").read_text())["SECRET_KEY"],
        "DATABASE_URL": system.demo["database_url"],
        "REDIS_URL": system.demo["redis_url"],
        "SITE_URL": system.demo["site"],
        "SITE": system.demo["site"],
        "TOKEN": system.demo["owner"]["api_token"],
    }
