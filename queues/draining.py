"""Run what is due, here and now, through the real executor: for tests, without a broker and never eager."""

from typing import Any

from celery import current_app
from celery.app.trace import build_tracer
from django.db.models.functions import Now

from queues import transitions
from queues.models import Job, State


def drain(*, advance: bool = False, limit: int = 1000, only: str | None = None) -> list[tuple[str, str]]:
    """Run due jobs until none is left; with `advance`, delayed ones too, as if their time had come.

    Returns (job name, Celery state) per run, in order: SUCCESS, RETRY, FAILURE.
    """
    outcomes: list[tuple[str, str]] = []
    while len(outcomes) < limit and (job := _next(advance, only)) is not None:
        transitions.dispatch([job])
        outcomes.append((job.name, _trace(job)))
    return outcomes


def _next(advance: bool, only: str | None) -> Job | None:
    if advance:
        Job.objects.filter(state=State.DELAYED).update(run_at=Now())
    transitions.promote_due()
    due = Job.objects.filter(state=State.WAITING)
    return (due.filter(name=only) if only else due).order_by("-priority", "run_at", "id").first()


def _trace(job: Job) -> str:
    task = current_app.tasks[job.name]
    args: tuple[Any, ...] = (str(job.pk), job.generation)
    task_id = f"{job.pk}.{job.generation}"
    request = {
        "id": task_id,
        "task": job.name,
        "args": args,
        "kwargs": {},
        "retries": job.attempt,
        "delivery_info": {},
        "hostname": "drain",
    }
    traced = build_tracer(task.name, task, app=current_app)(task_id, args, {}, request)  # type: ignore[arg-type]
    return traced.info.state if traced.info is not None else "SUCCESS"
