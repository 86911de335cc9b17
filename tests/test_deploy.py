"""The release after this one changes tables while this one works: nothing that is under way notices.

What it may change is judged by config/tests/test_migrations.py, for every migration there is.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
from django.db.migrations.loader import MigrationLoader

from tests.ahead.judging import unsafe
from tests.ahead.migrations_of_backlinks import NEWEST as NEWEST_OF_BACKLINKS
from tests.ahead.migrations_of_backlinks import ahead_of_us as backlinks_ahead
from tests.ahead.migrations_of_queues import NEWEST as NEWEST_OF_QUEUES
from tests.ahead.migrations_of_queues import ahead_of_us as queues_ahead
from tests.customer import Customer, Staff
from tests.system import System, until
from tests.test_purchase import approve

AHEAD = {"DJANGO_SETTINGS_MODULE": "tests.ahead.settings"}
WORKING = "SELECT 1 FROM queues_job WHERE subject_id = %s AND name = 'integrate-backlink' AND state = 'active'"
NEW = "SELECT 1 FROM information_schema.columns WHERE table_name = 'queues_job' AND column_name = 'tenant'"


@pytest.fixture
def slow_model(system: System) -> Iterator[None]:
    system.control("openai", mode="ok", delay_seconds=6)
    yield
    system.control("openai", mode="ok", delay_seconds=0)


@pytest.fixture
def no_trace(system: System) -> Iterator[None]:
    """The other journeys go on with the tables of this release."""
    yield
    for room, newest in (("queues", NEWEST_OF_QUEUES), ("backlinks", NEWEST_OF_BACKLINKS)):
        undone = system.manage("migrate", room, newest, **AHEAD)
        assert undone.returncode == 0, undone.stderr


@pytest.mark.parametrize(("room", "ahead"), [("queues", queues_ahead), ("backlinks", backlinks_ahead)])
def test_the_next_release_is_one_that_the_rules_allow(room: str, ahead: Any):
    state = MigrationLoader(None).project_state()

    assert list(unsafe(ahead.Migration("ahead_of_us", room), state)) == []


@pytest.mark.usefixtures("slow_model", "no_trace")
def test_orders_and_workers_of_this_release_go_on_beside_the_next_ones_tables(
    system: System, customer: Customer, another: Customer, editor: Staff, article: dict[str, Any]
):
    customer.buy(article)
    until(lambda: system.rows(WORKING, customer.order_id), 20, "an order being written")

    migrated = system.manage("migrate", "--noinput", **AHEAD)

    assert migrated.returncode == 0 and len(system.rows(NEW)) == 1, migrated.stdout + migrated.stderr
    customer.reach("QUALITY_CHECK")  # begun before, ended after
    system.control("openai", mode="ok", delay_seconds=0)
    another.buy(article).reach("QUALITY_CHECK")
    assert customer.submit().json() == {"status": "ADMIN_REVIEW"}
    approve(editor, customer.order_id)
    customer.reach("COMPLETED")
    for each in (customer, another):
        assert [(job["state"], job["attempt"], job["rescues"]) for job in each.jobs()] == [("completed", 1, 0)]


@pytest.mark.usefixtures("no_trace")
def test_a_process_of_this_release_starts_beside_the_next_ones_tables(
    system: System, customer: Customer, article: dict[str, Any]
):
    assert system.manage("migrate", "--noinput", **AHEAD).returncode == 0

    killed = {name: system.kill(name) for name in ("web", "relay", "worker-ai", "worker-io", "beat")}

    until(lambda: all(is_back(system, name, pid) for name, pid in killed.items()), 60, "the processes back")
    until(lambda: is_ready(system), 60, "a system that is ready")
    customer.buy(article).reach("QUALITY_CHECK")
    assert system.manage("migrate", "--check").returncode == 0


def is_back(system: System, name: str, killed: int) -> bool:
    pids = json.loads((system.home / "demo.json").read_text())["pids"]
    return pids.get(name) not in (None, killed)


def is_ready(system: System) -> bool:
    try:
        return bool(system.http.get(system.demo["site"] + "/readyz").json()["ready"])
    except httpx.TransportError:
        return False
