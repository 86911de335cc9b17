"""Flower beside the owner's pages: read-only, behind a password, remembering, and linked both ways for every run."""

import json
import os
import re
import signal

import httpx2 as httpx
import pytest

from tests.customer import Staff
from tests.planted.jobs import QUEUES
from tests.planted.planting import planted
from tests.planted.reading import Flower, Owner
from tests.system import System, until

BEHIND_THE_PASSWORD = ("/", "/tasks", "/broker", "/api/tasks", "/api/workers", "/task/1", "/worker/io@here")
RECORDS = "/admin/django_celery_results/taskresult/"


@pytest.fixture(scope="module")
def jobs(planted_system: System) -> dict[str, str]:
    """Their queues by their ids: two that died and one that completed of every kind, alone and in chunks."""
    names = [queue.name for queue in QUEUES for _ in range(3)]
    wants = [{"words": "no key"}, {"words": "no key"}, {"words": "", "completes": True}] * len(QUEUES)
    ids = planted(planted_system, [(f"{name}-open", want) for name, want in zip(names, wants, strict=True)])
    return dict(zip(ids, names, strict=True))


@pytest.fixture
def flower(planted_system: System, jobs: dict[str, str]) -> Flower:
    """Once it has heard of every run."""
    flower = Flower(planted_system)
    until(lambda: flower.knows(flower.task_ids(list(jobs))), 30, "Flower's word of every run")
    return flower


@pytest.fixture(scope="module")
def owner(planted_system: System) -> Owner:
    return Owner(planted_system)


def links(page: str, start: str) -> list[str]:
    """Each once."""
    return list(dict.fromkeys(re.findall(rf'href="({re.escape(start)}[^"]*)"', page)))


def last_part(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def led_to(owner: Owner, path: str, jobs: dict[str, str]) -> str:
    """The job whose page this address is, or leads to."""
    page = owner.http.get(path, follow_redirects=True)
    job = last_part(page.url.path)
    assert (page.status_code, page.url.path) == (200, f"/admin/queues/{jobs[job]}/jobs/{job}/") and job in page.text
    return job


def is_up(flower: Flower) -> bool:
    try:
        return bool(flower.http.get("/healthcheck").status_code == 200)
    except httpx.HTTPError:
        return False


def test_it_is_behind_a_password(planted_system: System):
    flower = planted_system.demo["flower"]

    found = {path: httpx.get(flower + path).status_code for path in BEHIND_THE_PASSWORD}

    assert found == dict.fromkeys(BEHIND_THE_PASSWORD, 401)
    assert httpx.get(flower, auth=("owner", "guess")).status_code == 401
    assert [httpx.get(flower + path).status_code for path in ("/metrics", "/healthcheck")] == [200, 200]


def test_it_only_reads(planted_system: System, flower: Flower):
    workers = planted_system.rows("SELECT identity FROM queues_worker ORDER BY identity")
    (io,) = (worker for worker in flower.http.get("/api/workers?refresh=1").json() if worker.startswith("io@"))
    writes = [f"worker/shutdown/{io}", f"worker/pool/grow/{io}", "task/revoke/1", "task/apply/planted.threads-open"]
    writes += ["task/async-apply/planted.threads-open", "task/send-task/planted.threads-open"]

    assert [flower.http.post(f"/api/{path}", json={}).status_code for path in writes] == [403] * len(writes)

    assert planted_system.rows("SELECT identity FROM queues_worker ORDER BY identity") == workers


def test_none_of_its_own_pages_is_missing(flower: Flower):
    pages = [link for link in links(flower.get("/"), "/") if not link.startswith("/static/")]

    assert {"/workers", "/tasks", "/broker"} <= set(pages)
    assert {page: flower.http.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    lengths = flower.http.get("/api/queues/length").json()["active_queues"]
    assert {"q:planted.threads", "q:planted.forked"} <= {queue["name"] for queue in lengths}


def test_every_run_leads_to_flower(planted_system: System, flower: Flower, owner: Owner, jobs: dict[str, str]):
    base = planted_system.demo["flower"]
    for job, queue in jobs.items():
        there = links(owner.get(f"/admin/queues/{queue}/jobs/{job}/"), f"{base}/task/")

        assert {last_part(link) for link in there} == flower.task_ids([job])
        for link in there:
            page = flower.get(link.removeprefix(base))
            assert f"{queue}-open" in page and last_part(link) in page


def test_every_task_leads_back_to_its_job(planted_system: System, flower: Flower, owner: Owner, jobs: dict[str, str]):
    """Of a chunk to the first of its jobs."""
    site, found = planted_system.demo["site"], set()
    for task in flower.task_ids(list(jobs)):
        (back,) = links(flower.get(f"/task/{task}"), f"{site}/admin/queues/")
        job = led_to(owner, back.removeprefix(site), jobs)

        assert task in flower.task_ids([job])
        found.add(job)

    assert {job for job, queue in jobs.items() if "chunks" not in queue} <= found


def test_it_remembers_over_a_restart(planted_system: System, flower: Flower, jobs: dict[str, str]):
    tasks, before = flower.task_ids(list(jobs)), planted_system.pid("flower")

    os.kill(before, signal.SIGTERM)
    until(
        lambda: before not in json.loads((planted_system.home / "demo.json").read_text())["pids"].values(),
        30,
        "its end",
    )
    until(lambda: is_up(flower), 30, "Flower's answer")

    assert flower.knows(tasks)
    kept = list((planted_system.home / "flower").iterdir())
    assert kept != [] and {file.stat().st_mode & 0o077 for file in kept} == {0}


def test_celerys_own_record_leads_to_the_job(
    planted_system: System, flower: Flower, owner: Owner, jobs: dict[str, str]
):
    tasks = flower.task_ids(list(jobs))
    sql = "SELECT id, task_id FROM django_celery_results_taskresult WHERE task_id = ANY(%s)"
    records = {row["task_id"]: row["id"] for row in planted_system.rows(sql, list(tasks))}
    listed = links(owner.get(f"{RECORDS}?q=planted.threads-open"), "/admin/queues/planted.")

    assert set(records) == tasks
    for job in (job for job, queue in jobs.items() if queue == "planted.threads"):
        assert f"/admin/queues/planted.threads/jobs/{job}/" in listed
    for task, record in records.items():
        (back,) = links(owner.get(f"{RECORDS}{record}/change/"), "/admin/queues/planted.")
        assert task in flower.task_ids([led_to(owner, back, jobs)])


def test_celerys_own_record_is_read_only_and_for_owners(planted_system: System, owner: Owner, jobs: dict[str, str]):
    sql = "SELECT * FROM django_celery_results_taskresult ORDER BY id LIMIT 1"
    (before,) = planted_system.rows(sql)
    page = f"{RECORDS}{before['id']}"

    answers = [owner.post(path, status="FAILURE") for path in (f"{RECORDS}add/", f"{page}/change/", f"{page}/delete/")]
    editor = Staff(planted_system, "editor")

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert planted_system.rows(sql) == [before]
    assert editor.http.get(RECORDS).status_code == 403 and RECORDS not in editor.get("/admin/")
