"""One dead letter: why it died, try by try, and what may be done about it. Opens beside its list or as a page."""

from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from audit.actors import Actor
from audit.models import AuditEntry
from queues import letters
from queues.declare import JOBS
from queues.deleting import delete
from queues.describing import describe
from queues.letters import Filter
from queues.models import Attempt, DeadLetter, Job, State
from queues.replay import replay
from queues.showing import as_json, is_secret, shown_payload, shown_text
from queues.timeline import timeline
from queues.views import letter_questions as questions
from queues.views.addresses import job_url, letter_url, letters_url, queue_url
from queues.views.confirming import decided, done, lead_to
from queues.views.guard import VIEW, owner_page
from queues.views.job import IN_WORDS, REVEAL
from queues.views.letter_rows import WHY, subject
from queues.views.rows import WORDS
from queues.views.tries import shown_tries
from queues.waiting import because

REPLAY, DELETE = "queues.replay_deadletter", "queues.delete_deadletter"
GONE = "The job it was is not kept any more: it was replayed, and ended."


@require_safe
@owner_page(VIEW)
def letter_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    letter = _letter_or_404(job_id)
    job = Job.objects.filter(pk=job_id).first()
    attempts = list(job.attempts.order_by("generation")) if job else _kept_attempts(letter)
    about = describe(subject(letter))
    about_it = Filter(q=f"subject:{letter.subject_type}:{letter.subject_id}")
    context = {
        "title": letter.name,
        "letter": letter,
        "job": job,
        "url": letter_url(letter.pk),
        "job_url": job_url(job.queue, job.pk) if job else "",
        "queue_url": queue_url(letter.queue),
        "is_dead": letters.is_dead(letter),
        "word": WORDS[State(job.state)] if job else "",
        "state": IN_WORDS[State(job.state)] if job else "",
        "gone": "" if job else GONE,
        "why": WHY.get(letter.why, letter.why),
        "held": because(job) if job and job.state == State.DEAD else "",
        "about": about,
        "about_url": letters_url(about_it) if about else "",
        "same": letters.count(Filter(fingerprint=letter.fingerprint)),
        "same_url": letters_url(Filter(fingerprint=letter.fingerprint)),
        "error": shown_text(letter.name, letter.error),
        "reaction_error": shown_text(letter.name, letter.reaction_error),
        "payload": as_json(shown_payload(letter.name, letter.payload)),
        "is_secret": is_secret(letter.name),
        "is_known": letter.name in JOBS,
        "tries": shown_tries(letter.name, attempts[::-1]),
        "replays": _replays(job_id),
        "moments": timeline(job, attempts)[::-1] if job else [],
        "may": _may(request, letter, job),
    }
    return TemplateResponse(request, "queues/letter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(REPLAY)
def replay_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    letter = _letter_or_404(job_id)

    def act(reason: str) -> HttpResponse:
        replay(job_id=job_id, actor=Actor.of(request.user), reason=reason)
        return done(request, f"{letter.name} waits for the next free worker.", letter_url(job_id))

    return decided(request, questions.replay_one(letter), act)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(DELETE)
def delete_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    letter = _letter_or_404(job_id)

    def act(reason: str) -> HttpResponse:
        delete(job_id=job_id, actor=Actor.of(request.user), reason=reason)
        return _to_the_list(request, f"{letter.name} is deleted. What it was stands in the record.")

    return decided(request, questions.delete_one(letter), act)


def _to_the_list(request: HttpRequest, words: str) -> HttpResponse:
    """As they had it before them; the letter's own page, where they may have come from, is no more."""
    home = letters_url()
    came_from_it = urlsplit(request.POST.get("next", "")).path == home
    return done(request, words, home) if came_from_it else lead_to(request, words, home)


def _may(request: HttpRequest, letter: DeadLetter, job: Job | None) -> dict[str, bool]:
    """Which buttons this person finds."""
    is_dead = job is not None and job.state == State.DEAD
    return {
        "replay": is_dead and request.user.has_perm(REPLAY),
        "delete": is_dead and request.user.has_perm(DELETE),
        "reveal": job is not None and not is_secret(letter.name) and request.user.has_perm(REVEAL),
    }


def _kept_attempts(letter: DeadLetter) -> list[Attempt]:
    """As the letter itself keeps them, when the job's own are gone."""
    return [
        Attempt(
            job_id=letter.pk,
            generation=one.generation,
            number=one.number,
            worker=one.worker,
            outcome=one.outcome,
            error_type=one.error_type,
            error=one.error,
            traceback=one.traceback,
            started_at=one.started_at or letter.died_at,
            finished_at=one.finished_at or letter.died_at,
        )
        for one in letters.tries(letter)
    ]


def _replays(job_id: UUID) -> list[AuditEntry]:
    """Who replayed it, when and why, the latest first: the letter itself knows only of the last time."""
    done = AuditEntry.objects.filter(target_type="job", target_id=str(job_id), action="job.replayed")
    return list(done.order_by("-id"))


def _letter_or_404(job_id: UUID) -> DeadLetter:
    letter = letters.letter_of(job_id)
    if letter is None:
        raise Http404("There is no such dead letter; it may have been deleted.")
    return letter
