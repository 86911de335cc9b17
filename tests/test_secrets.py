"""A planted secret is looked for everywhere, and found nowhere but in the two columns where payloads live by design.

Every search also looks for a word planted in jobs that are not secret, and must find it: it could find the other.
"""

import json
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis

from tests.planted import searching
from tests.planted.jobs import QUEUES
from tests.planted.planting import all_ended, plant, planted
from tests.planted.reading import Flower, Owner
from tests.system import System, until

# Words no mask would take for a secret: what hides them is that their jobs are declared secret, and nothing else.
SECRET, OPEN = f"orchid{token_hex(12)}", f"daisy{token_hex(12)}"
REASON = "the journey looks at what a replay leaves behind"


@dataclass(frozen=True)
class Scene:
    """What happened, once: the jobs' queues by their ids, secret and open ones, and what Redis was told meanwhile."""

    secret: dict[str, str]
    open: dict[str, str]
    traffic: searching.Traffic
    refused: str
    owner: Owner
    flower: Flower

    @property
    def jobs(self) -> dict[str, str]:
        return self.secret | self.open


@pytest.fixture(scope="module")
def scene(planted_system: System) -> Scene:
    """Jobs of every kind fail and die, or complete; an owner reads, tries to reveal, replays one, deletes one."""
    system, owner = planted_system, Owner(planted_system)
    with searching.Traffic(system.demo["redis_url"]) as traffic:
        secret = _run(system, "secret", SECRET)
        opened = _run(system, "open", OPEN)
        refused = plant(system, [("planted.threads-secret", {"words": {"no": SECRET}})])
        assert refused.returncode != 0
        _meddle(system, owner, secret)
        _meddle(system, owner, opened)
        flower = Flower(system)
        until(lambda: flower.knows(flower.task_ids([*secret, *opened])), 30, "Flower's word of every run")
    return Scene(secret, opened, traffic, refused.stdout + refused.stderr, owner, flower)


def _run(system: System, kind: str, word: str) -> dict[str, str]:
    """Two that fail and one that completes on every queue."""
    names = [queue.name for queue in QUEUES for _ in range(3)]
    wants = [{"words": word}, {"words": word}, {"words": word, "completes": True}] * len(QUEUES)
    ids = planted(system, [(f"{name}-{kind}", want) for name, want in zip(names, wants, strict=True)])
    return dict(zip(ids, names, strict=True))


def _meddle(system: System, owner: Owner, jobs: dict[str, str]) -> None:
    for job, queue in jobs.items():
        owner.post(f"/admin/queues/{queue}/jobs/{job}/payload/")
    first, second, *_ = jobs
    assert owner.api("POST", f"/dlq/{first}/replay", reason=REASON).status_code == 202
    until(lambda: all_ended(system, [first]), 30, "the replayed job at its end again")
    assert owner.api("POST", f"/dlq/{second}/delete", reason=REASON).status_code == 200
    jobs.pop(second)


def both(look: Any) -> tuple[list[str], list[str]]:
    """Where `look(word)` finds the secret, and where the open word."""
    return sorted(look(SECRET)), sorted(look(OPEN))


def among(answers: dict[str, str]) -> tuple[list[str], list[str]]:
    return both(lambda word: [place for place, text in answers.items() if searching.holds(text, word)])


def test_every_run_ended_as_it_was_to(planted_system: System, scene: Scene):
    sql = "SELECT name, state, count(*)::int AS n FROM queues_job WHERE id = ANY(%s::uuid[]) GROUP BY name, state"
    found = {(row["name"], row["state"]): row["n"] for row in planted_system.rows(sql, list(scene.jobs))}

    expected = {(f"{queue.name}-{kind}", "dead"): 2 for queue in QUEUES for kind in ("secret", "open")}
    expected |= {(f"{queue.name}-{kind}", "completed"): 1 for queue in QUEUES for kind in ("secret", "open")}
    expected |= {(f"{QUEUES[0].name}-{kind}", "dead"): 1 for kind in ("secret", "open")}  # one was deleted
    assert found == expected
    payloads = "SELECT payload->>'words' AS words FROM queues_job WHERE id = ANY(%s::uuid[])"
    assert {row["words"] for row in planted_system.rows(payloads, list(scene.secret))} == {SECRET}


@pytest.mark.usefixtures("scene")
def test_no_table_holds_it_but_where_payloads_live(planted_system: System):
    secret, opened = both(lambda word: searching.in_tables(planted_system, word))

    assert secret == []
    known = {"queues_job", "queues_attempt", "queues_deadletter", "django_celery_results_taskresult"}
    assert known <= set(opened)


def test_redis_never_hears_of_it(planted_system: System, scene: Scene):
    """Not in a key, not in a value, not in a command, not in an event, not in its file."""
    with Redis.from_url(planted_system.demo["redis_url"]) as redis:
        redis.rpush("planted:list", json.dumps({"words": OPEN})), redis.set(f"planted:{OPEN}", 1)
        secret, opened = both(lambda word: searching.in_redis(redis, word))
        redis.delete("planted:list", f"planted:{OPEN}")

    assert (secret, opened) == ([], [f"planted:{OPEN}", "planted:list"])
    assert len(scene.traffic) > 100
    assert (SECRET in scene.traffic, OPEN in scene.traffic) == (False, True)
    secret, opened = both(lambda word: searching.in_files(planted_system.home / "valkey", word))
    assert secret == [] and opened != []


@pytest.mark.usefixtures("scene")
def test_no_log_holds_it(planted_system: System):
    secret, opened = both(lambda word: searching.in_files(planted_system.home / "logs", word))

    assert secret == []
    assert {"worker-io.log", "worker-batch.log"} <= {place.rpartition("/")[2] for place in opened}


def test_flower_never_hears_of_it(planted_system: System, scene: Scene):
    secret, opened = among(scene.flower.reads(scene.flower.task_ids(list(scene.jobs))))

    assert secret == []
    assert "/api/tasks?limit=5000" in opened
    assert len([page for page in opened if page.startswith("/task/")]) >= 2  # in threads and in a child


def test_no_page_and_no_answer_shows_it_to_an_owner(scene: Scene):
    secret, opened = among(scene.owner.reads(scene.jobs))

    assert secret == []
    jobs = {f"/api/owner/queues/{queue}/jobs/{job}" for job, queue in scene.open.items()}
    assert jobs <= set(opened)
    assert {f"/admin/queues/{queue}/jobs/{job}/" for job, queue in scene.open.items()} <= set(opened)
    assert any(page.startswith("/admin/django_celery_results/taskresult/") for page in opened)


def test_an_owner_cannot_have_it_revealed(scene: Scene):
    def asked(jobs: dict[str, str], word: str) -> set[tuple[int, bool]]:
        answers = [scene.owner.post(f"/admin/queues/{queue}/jobs/{job}/payload/") for job, queue in jobs.items()]
        return {(answer.status_code, word in answer.text) for answer in answers}

    assert asked(scene.secret, SECRET) == {(403, False)}
    assert asked(scene.open, OPEN) == {(200, True)}


def test_a_payload_that_does_not_fit_is_refused_without_its_words(scene: Scene):
    assert "InvalidPayload: planted.threads-secret: words: " in scene.refused
    assert not searching.holds(scene.refused, SECRET)


def test_the_keys_of_the_site_are_nowhere_to_be_read(planted_system: System, scene: Scene):
    """In nothing that Flower, a log, Redis or a table says; Flower does show settings, so it could have shown these."""
    demo = planted_system.demo
    keys = dict(json.loads((planted_system.home / "secrets.json").read_text()))
    keys |= {"DATABASE_URL": urlsplit(demo["database_url"]).password, "REDIS_URL": urlsplit(demo["redis_url"]).password}
    said = scene.flower.reads(scene.flower.task_ids(list(scene.jobs)))

    assert {"FLOWER_PASSWORD", "STRIPE_SECRET_KEY", "OPENAI_API_KEY", "SECRET_KEY"} <= set(keys)
    assert [
        (name, page) for name, key in keys.items() for page, text in said.items() if searching.holds(text, key)
    ] == []
    assert [page for page in said if page.startswith("/worker/") and demo["site"] in said[page]] != []
    found = {name: searching.in_files(planted_system.home / "logs", key) for name, key in keys.items()}
    found |= {f"{name} in a table": searching.in_tables(planted_system, key) for name, key in keys.items()}
    found |= {f"{name} in Redis’ traffic": [name] for name, key in keys.items() if key in scene.traffic}
    assert {name: places for name, places in found.items() if places} == {}
