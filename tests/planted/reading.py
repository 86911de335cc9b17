"""Everything an owner can be shown about planted jobs: pages, API and Flower, each answer by its address."""

from typing import Any

import httpx2 as httpx

from tests.customer import Staff
from tests.planted.jobs import QUEUES
from tests.system import System

TASK_IDS = """
SELECT coalesce(chunk_id::text, job_id || '.' || generation) AS task_id, job_id::text FROM queues_attempt
WHERE job_id = ANY(%s::uuid[]) ORDER BY job_id, generation
"""
STATES = ("waiting", "active", "delayed", "completed", "failed", "cancelled", "")
LISTS = ("", "dlq/", "schedule/", "alerts/", "charts/")


class Owner(Staff):
    """An owner in a browser, whose session also opens the API."""

    def __init__(self, system: System) -> None:
        super().__init__(system, "owner")
        self.system = system

    def api(self, method: str, path: str, **body: Any) -> httpx.Response:
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or ""}
        return self.http.request(
            method, f"/api/owner/queues{path}", headers=headers, **({"json": body} if body else {})
        )

    def reads(self, jobs: dict[str, str]) -> dict[str, str]:
        """Whatever the pages and the API say of these jobs (their queues by their ids), by address."""
        pages = [f"/admin/queues/{page}" for page in LISTS]
        for queue in QUEUES:
            pages += [f"/admin/queues/{queue.name}/?state={state}" for state in STATES]
            pages += [f"/api/owner/queues/{queue.name}/jobs?state={state}" for state in STATES if state]
        for job, queue in jobs.items():
            pages += [f"/admin/queues/{queue}/jobs/{job}/", f"/api/owner/queues/{queue}/jobs/{job}"]
        for job in self._dead(list(jobs)):
            pages += [f"/admin/queues/dlq/{job}/", f"/api/owner/queues/dlq/{job}"]
        pages += ["/api/owner/queues", "/api/owner/queues/dlq?page_size=200"]
        pages += ["/admin/audit/auditentry/", "/admin/audit/accessentry/"]
        pages += ["/admin/django_celery_results/taskresult/", *self._records(list(jobs))]
        return {page: self.get(page) for page in pages}

    def _dead(self, jobs: list[str]) -> list[str]:
        rows = self.system.rows("SELECT job_id::text FROM queues_deadletter WHERE job_id = ANY(%s::uuid[])", jobs)
        return [row["job_id"] for row in rows]

    def _records(self, jobs: list[str]) -> list[str]:
        ids = [row["task_id"] for row in self.system.rows(TASK_IDS, jobs)]
        rows = self.system.rows("SELECT id FROM django_celery_results_taskresult WHERE task_id = ANY(%s)", ids)
        return [f"/admin/django_celery_results/taskresult/{row['id']}/change/" for row in rows]


class Flower:
    """Its pages and API, as its user."""

    def __init__(self, system: System) -> None:
        sign_in = system.demo["flower_sign_in"]
        self.system = system
        self.http = httpx.Client(
            base_url=system.demo["flower"], auth=(sign_in["user"], sign_in["password"]), timeout=30
        )

    def get(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return str(answer.text)

    def knows(self, task_ids: set[str]) -> bool:
        """Events arrive a moment later; an outcome with them."""
        tasks = self.http.get("/api/tasks?limit=5000").json()
        return all(tasks.get(task_id, {}).get("state") in ("SUCCESS", "FAILURE", "RETRY") for task_id in task_ids)

    def task_ids(self, jobs: list[str]) -> set[str]:
        return {row["task_id"] for row in self.system.rows(TASK_IDS, jobs)}

    def reads(self, task_ids: set[str]) -> dict[str, str]:
        """Whatever it says, by address."""
        workers = list(self.http.get("/api/workers?refresh=1").json())
        assert len(workers) == 4, workers
        pages = ["/", "/tasks", "/broker", "/metrics", "/api/workers?refresh=1", "/api/tasks?limit=5000"]
        pages += ["/api/queues/length", "/api/task/types", *(f"/worker/{worker}" for worker in workers)]
        pages += [f"/{kind}/{task_id}" for task_id in sorted(task_ids) for kind in ("task", "api/task/info")]
        return {page: self.get(page) for page in pages}
