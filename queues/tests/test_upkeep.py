"""Chores registered from above run when they should, and one that fails stops no other."""

import pytest

from queues import upkeep

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    monkeypatch.setattr(upkeep, "_WARM_UPS", {})
    monkeypatch.setattr(upkeep, "_EVERY_MINUTE", [])
    return []


def broken() -> None:
    raise RuntimeError("a chore that fails")


def test_a_worker_warms_up_for_its_own_pool(ran):
    upkeep.warm_up("ai", lambda: ran.append("ai"))
    upkeep.warm_up("io", lambda: ran.append("io"))

    upkeep.run_warm_ups("io")

    assert ran == ["io"]


def test_the_worker_of_all_queues_warms_up_for_each(ran):
    upkeep.warm_up("ai", lambda: ran.append("ai"))
    upkeep.warm_up("io", lambda: ran.append("io"))

    upkeep.run_warm_ups("all")

    assert ran == ["ai", "io"]


def test_a_chore_that_fails_stops_no_other(ran):
    upkeep.every_minute(broken)
    upkeep.every_minute(lambda: ran.append("tidied"))

    upkeep.run_every_minute()

    assert ran == ["tidied"]
