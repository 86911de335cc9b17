"""One whole system for all journeys of a run; each journey brings customers of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.chromium import launched_browser, watched_window
from tests.customer import Customer, Staff
from tests.planted.planting import SETTINGS
from tests.planted.sentry import Sentry, listening
from tests.system import ROOT, RUN, System, launched

_PEOPLE = count(1)
LONG = "\n\n".join(
    f"Paragraph {number} of this article tells in plain words how a small workshop keeps its tools in good order all "
    "year, what the people there do when something wears out, and why they write it down in a shared book each week. "
    "Nobody in the workshop likes the writing much, but everybody reads what the others wrote before work starts."
    for number in range(1, 41)
)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Started for this run; or the one under way in the folder JOURNEYS_HOME names, to write journeys faster."""
    under_way = os.environ.get("JOURNEYS_HOME")
    if under_way:
        yield System(Path(under_way))
        return
    with launched(tmp_path_factory.mktemp("system") / "home") as running:
        yield running


@pytest.fixture(scope="session")
def sentry() -> Iterator[Sentry]:
    with listening() as running:
        yield running


@pytest.fixture(scope="session")
def planted_system(tmp_path_factory: pytest.TempPathFactory, sentry: Sentry) -> Iterator[System]:
    """Another whole system, which knows the jobs of tests.planted besides; PLANTED_HOME as JOURNEYS_HOME above."""
    under_way = os.environ.get("PLANTED_HOME")
    if under_way:
        yield System(Path(under_way))
        return
    with launched(tmp_path_factory.mktemp("planted") / "home", **SETTINGS, SENTRY_DSN=sentry.dsn) as running:
        yield running


@pytest.fixture
def nothing_goes_live_by_itself(system: System) -> Iterator[None]:
    """Or a text that passed its gate would be published each minute, perhaps just before an editor does."""
    switch = "UPDATE workflows_workflow SET enabled = %s WHERE slug = 'scheduled-publishing' RETURNING id"
    assert system.rows(switch, False)
    yield
    system.rows(switch, True)


@pytest.fixture
def customer(system: System) -> Customer:
    return Customer(system, f"customer-{RUN}-{next(_PEOPLE)}@example.org")


@pytest.fixture
def another(system: System) -> Customer:
    return Customer(system, f"customer-{RUN}-{next(_PEOPLE)}@example.org")


@pytest.fixture
def editor(system: System) -> Staff:
    return Staff(system, "editor")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched_browser() as running:
        yield running


@pytest.fixture
def window(browser: Browser, system: System) -> Iterator[BrowserContext]:
    with watched_window(browser, system.demo["site"]) as context:
        yield context


@pytest.fixture
def article(system: System, tmp_path: Path) -> dict[str, Any]:
    """A published article of this journey's own, long enough for three links."""
    return published(system, tmp_path, f"workshop-{RUN}-{next(_PEOPLE)}", LONG)


@pytest.fixture
def sample_article(system: System, tmp_path: Path) -> dict[str, Any]:
    """One of the demo's own, worth a picture, under an address of this journey."""
    slug = f"saving-seed-{RUN}-{next(_PEOPLE)}"
    source = (ROOT / "articles" / "sample_articles" / "saving-seed.md").read_text()
    return imported(system, tmp_path, slug, source.replace("slug: saving-seed\n", f"slug: {slug}\n", 1))


def published(system: System, folder: Path, slug: str, text: str) -> dict[str, Any]:
    front = f"---\ntitle: The {slug} year\nslug: {slug}\nlanguage: en\nprice_minor: 4900\n---\n\n"
    return imported(system, folder, slug, f"{front}# The year\n\n{text}\n")


def imported(system: System, folder: Path, slug: str, source: str) -> dict[str, Any]:
    """Import and publish by the command an operator would use; returns it as the catalogue's API shows it."""
    file = folder / f"{slug}.md"
    file.write_text(source)
    environ = {
        "DATABASE_URL": system.demo["database_url"],
        "REDIS_URL": system.demo["redis_url"],
        "SECRET_KEY": "tests",
    }
    command = [sys.executable, "manage.py", "import_articles", "--publish", str(file)]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    answer = system.http.get(system.demo["site"] + "/api/v1/articles", params={"q": slug})
    found = [entry for entry in answer.json()["results"] if entry["slug"] == slug]
    assert len(found) == 1, answer.text
    return dict(found[0])
