"""What is enqueued and what is killed, decided by a seed: the same seed asks for the same jobs and the same deaths."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Victim(StrEnum):
    CHILD = "pool child"
    MAIN = "worker"
    RELAY = "relay"


class Point(StrEnum):
    """Where in the life of a message its process dies; RANDOM is wherever the killer finds it."""

    POPPED = "after pop, before claim"
    CLAIMED = "after claim"
    EFFECTS = "after effects, before commit"
    COMMITTED = "after commit, before acknowledge"
    DISPATCHED = "after the row says sent, before it is"
    RANDOM = "at random"


NAMED = (Point.POPPED, Point.CLAIMED, Point.EFFECTS, Point.COMMITTED)


@dataclass(frozen=True)
class Kind:
    """A kind of job: how often (`weight`), how many at once, and what it does.

    `dying` is the share of its jobs whose process is to die; `forked` says that a pool child runs it.
    """

    name: str
    weight: int
    burst: int
    dying: float
    forked: bool = False
    seconds: float = 0
    fails: int = 0
    is_delayed: bool = False
    is_keyed: bool = False
    has_effect: bool = True


# A death in a chunk is a death for every job in it, so fewer of those are planned.
KINDS = (
    Kind("crash-threads", weight=16, burst=10, dying=0.003),
    Kind("crash-threads", weight=10, burst=10, dying=0.004, seconds=0.05),
    Kind("crash-threads", weight=4, burst=4, dying=0.01, seconds=1),
    Kind("crash-threads", weight=6, burst=5, dying=0.003, fails=2),
    Kind("crash-threads", weight=5, burst=5, dying=0.003, is_delayed=True),
    Kind("crash-threads", weight=5, burst=5, dying=0.003, is_keyed=True),
    Kind("crash-chunks", weight=9, burst=30, dying=0.003),
    Kind("crash-chunks", weight=5, burst=30, dying=0.003, has_effect=False),
    Kind("crash-forked", weight=14, burst=10, dying=0.13, forked=True),
    Kind("crash-forked", weight=10, burst=10, dying=0.14, forked=True, seconds=0.05),
    Kind("crash-forked", weight=4, burst=4, dying=0.14, forked=True, seconds=1),
    Kind("crash-forked", weight=4, burst=5, dying=0.13, forked=True, fails=1),
    Kind("crash-forked-chunks", weight=5, burst=30, dying=0.02, forked=True),
    Kind("crash-forked-chunks", weight=3, burst=30, dying=0.02, forked=True, has_effect=False),
)
SURVIVED_ENOUGH = 2  # of the 3 worker deaths a job may survive: one is left for those nobody planned
OF_FORKED_MAIN = 0.03  # of the deaths planned in a pool child, those in which it is its main process that dies


@dataclass(frozen=True)
class Wish:
    """One job to enqueue. `dies` is where whose process dies on its account, once."""

    kind: Kind
    delay_seconds: float
    key: str | None
    dies: tuple[Point, Victim] | None


@dataclass(frozen=True)
class Scenario:
    """How much of it. Intervals are mean seconds between two kills by the killer, for each target of that sort.

    After `longest_seconds` no more is fed or killed, whatever is wanting; after `drain_seconds` more the rest is lost.
    """

    jobs: int
    per_second: float
    kills: Mapping[Victim, int]
    dying_factor: float
    longest_delay: float
    child_every: float
    main_every: float
    relay_every: float
    service_every: float
    longest_seconds: float
    drain_seconds: float
    environ: Mapping[str, str]
    control_jobs: int


FULL = Scenario(
    jobs=10_000,
    per_second=10,
    kills={Victim.CHILD: 400, Victim.MAIN: 60, Victim.RELAY: 40},
    dying_factor=1,
    longest_delay=60,
    child_every=12,
    main_every=90,
    relay_every=75,
    service_every=45,
    longest_seconds=3_600,
    drain_seconds=300,
    environ={},
    control_jobs=3_000,
)
SHORT = Scenario(
    jobs=300,
    per_second=25,
    kills={Victim.CHILD: 16, Victim.MAIN: 4, Victim.RELAY: 4},
    dying_factor=1.2,
    longest_delay=4,
    child_every=2,
    main_every=25,
    relay_every=20,
    service_every=3,
    longest_seconds=240,
    drain_seconds=45,
    environ={
        "JOB_LEASE_SECONDS": "2",
        "JOB_RENEWAL_SECONDS": "0.4",
        "JOB_REDISPATCH_SECONDS": "1.5",
        "JOB_BACKOFF_SECONDS": "1",
        "RELAY_TICK_SECONDS": "0.1",
    },
    control_jobs=0,
)


def burst(seed: int, number: int, scenario: Scenario) -> list[Wish]:
    """The jobs enqueued together as the `number`th transaction."""
    chance = random.Random(f"{seed}:{number}")
    (kind,) = chance.choices(KINDS, [kind.weight / kind.burst for kind in KINDS])
    return [_wish(chance, kind, f"{number}-{place}", scenario) for place in range(kind.burst)]


def _wish(chance: random.Random, kind: Kind, name: str, scenario: Scenario) -> Wish:
    dies = None
    if chance.random() < kind.dying * scenario.dying_factor:
        spares_main = kind.forked and chance.random() > OF_FORKED_MAIN
        dies = (chance.choice(NAMED), Victim.CHILD if spares_main else Victim.MAIN)
    delay = chance.uniform(1, scenario.longest_delay) if kind.is_delayed else 0
    return Wish(kind, delay, f"key-{name}" if kind.is_keyed else None, dies)
