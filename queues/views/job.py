"""One job: what it is, what happened to it, and what may be done about it. Opens beside its list or as a page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from audit.actors import Actor
from queues.cancelling import cancel
from queues.declare import JOBS
from queues.describing import describe
from queues.models import Attempt, DeadLetter, Job, OnceKey, State
from queues.retrying import retry
from queues.revealing import SecretPayload, reveal
from queues.showing import as_json, is_secret, shown_payload, shown_text
from queues.timeline import timeline
from queues.views import questions
from queues.views.addresses import job_url, letter_url, queue_url
from queues.views.confirming import ask, decided, done
from queues.views.guard import VIEW, owner_page, told
from queues.views.rows import WORDS
from queues.views.tries import shown_tries
from queues.waiting import because

RETRY, CANCEL, REVEAL = "queues.retry_job", "queues.cancel_job", "queues.reveal_payload"
RUNS_ON = "It was asked to stop, and will at its next checkpoint."
SECRET = "Jobs of this kind are declared secret: their payload is shown to nobody."
BROUGHT_NONE = "This message found no job to bring, or its jobs are no longer kept."
IN_WORDS = {
    State.WAITING: "Waiting",
    State.DISPATCHED: "Waiting, handed to the workers",
    State.ACTIVE: "Running",
    State.DELAYED: "Waiting for its time",
    State.COMPLETED: "Completed",
    State.DEAD: "Failed for good",
    State.CANCELLED: "Cancelled",
}


@require_safe
@owner_page(VIEW)
def job_page(request: HttpRequest, name: str, job_id: UUID) -> HttpResponse:
    return _show(request, _job_or_404(name, job_id))


@require_safe
@owner_page(VIEW)
def chunk_page(request: HttpRequest, name: str, chunk_id: UUID) -> HttpResponse:
    """Leads from a message of Celery's to the first of the jobs that it brought."""
    ended = Attempt.objects.filter(chunk_id=chunk_id).order_by("started_at", "job_id").values_list("job_id", flat=True)
    running = Job.objects.filter(state=State.ACTIVE, chunk_id=chunk_id).order_by("id").values_list("pk", flat=True)
    first = ended.first() or running.first()
    if first is None:
        return told(request, "No job", BROUGHT_NONE, status=404, back=queue_url(name))
    return redirect(job_url(name, first))


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(RETRY)
def retry_page(request: HttpRequest, name: str, job_id: UUID) -> HttpResponse:
    """Of a failed job a replay, which needs a reason; of a delayed one: now instead of later."""
    job = _job_or_404(name, job_id)
    question = questions.run_again(job) if job.state == State.DEAD else questions.run_now(job)

    def act(reason: str) -> HttpResponse:
        retry(job_id=job_id, actor=Actor.of(request.user), reason=reason)
        return done(request, f"{job.name} waits for the next free worker.", job_url(name, job_id))

    return decided(request, question, act)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(CANCEL)
def cancel_page(request: HttpRequest, name: str, job_id: UUID) -> HttpResponse:
    job = _job_or_404(name, job_id)

    def act(reason: str) -> HttpResponse:
        cancelled = cancel(job_id=job_id, actor=Actor.of(request.user), reason=reason)
        words = RUNS_ON if cancelled.state == State.ACTIVE else f"{cancelled.name} is cancelled."
        return done(request, words, job_url(name, job_id))

    return decided(request, questions.stop(job), act)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(REVEAL, step_up=True)
def payload_page(request: HttpRequest, name: str, job_id: UUID) -> HttpResponse:
    job = _job_or_404(name, job_id)
    if request.method != "POST":
        return ask(request, questions.read_payload(job))
    try:
        payload = reveal(job=job, actor=Actor.of(request.user))
    except SecretPayload:
        return told(request, "Not shown", SECRET, status=403, back=job_url(name, job_id))
    return _show(request, job, revealed=as_json(payload))


def _show(request: HttpRequest, job: Job, *, revealed: str = "") -> HttpResponse:
    attempts = list(job.attempts.order_by("generation"))
    context = {
        "title": job.name,
        "job": job,
        "url": job_url(job.queue, job.pk),
        "queue_url": queue_url(job.queue),
        "word": WORDS[State(job.state)],
        "state": IN_WORDS[State(job.state)],
        "why": because(job),
        "about": describe(job),
        "once": OnceKey.objects.filter(queue=job.queue, job_id=job.pk).values_list("once", flat=True).first(),
        "about_url": _others_about_it(job),
        "payload": as_json(shown_payload(job.name, job.payload)),
        "revealed": revealed,
        "is_secret": is_secret(job.name),
        "is_known": job.name in JOBS,
        "result": as_json(shown_payload(job.name, job.result)),
        "error": shown_text(job.name, job.error),
        "message": shown_text(job.name, job.progress_message),
        "tries": shown_tries(job.name, attempts[::-1]),
        "moments": timeline(job, attempts)[::-1],
        "letter_url": letter_url(job.pk) if DeadLetter.objects.filter(pk=job.pk).exists() else "",
        "may": _may(request, job),
    }
    return TemplateResponse(request, "queues/job.html", context)


def _may(request: HttpRequest, job: Job) -> dict[str, bool]:
    """Which buttons this person finds, in the state it is in."""
    is_live = job.state in (State.WAITING, State.DISPATCHED, State.ACTIVE, State.DELAYED)
    return {
        "replay": job.state == State.DEAD and request.user.has_perm(RETRY),
        "run_now": job.state == State.DELAYED and request.user.has_perm(RETRY),
        "cancel": is_live and job.cancel_requested_at is None and request.user.has_perm(CANCEL),
        "reveal": not is_secret(job.name) and request.user.has_perm(REVEAL),
    }


def _others_about_it(job: Job) -> str:
    return queue_url(job.queue, q=f"subject:{job.subject_type}:{job.subject_id}") if job.subject_id else ""


def _job_or_404(name: str, job_id: UUID) -> Job:
    job = Job.objects.filter(pk=job_id, queue=name).first()
    if job is None:
        raise Http404("There is no such job in this queue; completed ones are kept for some days only.")
    return job
