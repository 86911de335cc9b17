"""Many dead letters at once: what would become of them, the order, and how far it is."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from audit.actors import Actor
from queues.bulk import DELETING, REPLAYING, delete_all, dry_run, replay_all
from queues.forecast import Forecast, swept
from queues.jobs import BulkPayload
from queues.letters import Filter, count
from queues.models import LIVE, Job, State
from queues.showing import shown_text
from queues.views import letter_questions as questions
from queues.views.addresses import DEAD_LETTERS, job_url, letter_url, letters_url
from queues.views.asked import BadFilter, chosen, described
from queues.views.confirming import NO_REASON, Question, ask, lead_to, reason_given
from queues.views.deadletters import BULK
from queues.views.guard import VIEW, owner_page, told
from queues.views.job import CANCEL, IN_WORDS
from queues.views.rows import WORDS
from queues.waiting import because

NONE_LEFT = (
    "No dead letter matches any more: they were replayed or deleted meanwhile. Bulk orders that died are replayed or"
    " deleted one by one only."
)
LEFT_OUT = "Left out: bulk orders that died, which are taken one by one only"
TITLES = {REPLAYING: "Replay of dead letters", DELETING: "Deletion of dead letters"}
DONE = {REPLAYING: "Replayed", DELETING: "Deleted"}


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(BULK, step_up=True)
def replay_page(request: HttpRequest) -> HttpResponse:
    return _order(request, questions.replay_many, replay_all)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(BULK, step_up=True)
def delete_page(request: HttpRequest) -> HttpResponse:
    return _order(request, questions.delete_many, delete_all)


@require_safe
@owner_page(VIEW)
def progress_page(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = Job.objects.filter(pk=job_id, queue=DEAD_LETTERS, name__in=TITLES).first()
    if job is None:
        raise Http404("There is no such order; those that have ended are kept for some days only.")
    order, tally = BulkPayload.model_validate(job.payload), job.result or {}
    context = {
        "title": TITLES[job.name],
        "job": job,
        "word": WORDS[State(job.state)],
        "state": IN_WORDS[State(job.state)],
        "why": because(job),
        "order": order,
        "letters": described(order.filter()),
        "message": shown_text(job.name, job.progress_message),
        "error": shown_text(job.name, job.error),
        "tally": tally,
        "done": DONE[job.name],
        "reasons": sorted(tally.get("why", {}).items(), key=lambda reason: -reason[1]),
        "left_url": letters_url(order.filter()),
        "job_url": job_url(job.queue, job.pk),
        "letter_url": letter_url(job.pk) if job.state == State.DEAD else "",
        "may_cancel": job.state in LIVE and job.cancel_requested_at is None and request.user.has_perm(CANCEL),
    }
    return TemplateResponse(request, "queues/bulk.html", context)


def _order(
    request: HttpRequest, question_about: Callable[[Filter, Forecast, str], Question], give: Callable[..., Job]
) -> HttpResponse:
    """A GET counts; a POST takes the letters that were counted, and none that died since."""
    is_answer = request.method == "POST"
    try:
        wanted = chosen(request.POST if is_answer else request.GET)
    except BadFilter as problem:
        return told(request, "Which letters?", str(problem), status=400, back=letters_url())
    filter, back = _up_to_now(wanted), letters_url(replace(wanted, ids=()))
    if not swept(filter).exists():
        return told(request, "Nothing to do", NONE_LEFT, status=409 if is_answer else 200, back=back)
    reason = reason_given(request)
    if not is_answer or not reason:
        question = _with_those_left_out(question_about(filter, dry_run(filter), back), filter)
        return ask(request, question, problem=NO_REASON, status=422) if is_answer else ask(request, question)
    job = give(filter=filter, actor=Actor.of(request.user), reason=reason)
    return lead_to(request, "The order is given. You need not wait here: it goes on without you.", _progress_url(job))


def _with_those_left_out(question: Question, filter: Filter) -> Question:
    n = count(filter) - swept(filter).count()
    return replace(question, figures=(*question.figures, (LEFT_OUT, n))) if n else question


def _up_to_now(filter: Filter) -> Filter:
    now = timezone.now()
    return replace(filter, before=min(filter.before or now, now))


def _progress_url(job: Job) -> str:
    return reverse("queues:dead-letters-progress", args=[job.pk])
