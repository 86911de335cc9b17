"""What runs by the clock: when it last ran, when it runs next, a switch for each, and "now, please"."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from audit.actors import Actor
from queues.models import State
from queues.schedule import Entry, entries, run_now, switch_off, switch_on
from queues.views import questions
from queues.views.addresses import job_url, queue_url
from queues.views.confirming import decided, done, lead_to
from queues.views.guard import VIEW, owner_page
from queues.views.rows import WORDS

SWITCH, RUN = "queues.switch_schedule", "queues.run_schedule"


@dataclass(frozen=True)
class Row:
    """An entry, where it leads, and the state of its last job in a word, empty when that is not kept any more."""

    entry: Entry
    queue_url: str
    job_url: str
    job_word: str

    @classmethod
    def of(cls, entry: Entry) -> "Row":
        job = entry.last_job
        url, word = (job_url(job.queue, job.pk), WORDS[State(job.state)]) if job else ("", "")
        return cls(entry, queue_url(entry.queue), url, word)


@require_safe
@owner_page(VIEW)
def schedule_page(request: HttpRequest) -> HttpResponse:
    rows = [Row.of(entry) for entry in entries()]
    context = {
        "title": "Schedule",
        "rows": rows,
        "late": [row.entry for row in rows if row.entry.missed],
        "may_switch": request.user.has_perm(SWITCH),
        "may_run": request.user.has_perm(RUN),
    }
    return TemplateResponse(request, "queues/schedule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(SWITCH)
def on_page(request: HttpRequest, entry: str) -> HttpResponse:
    question = questions.switch_on(_entry_or_404(entry))

    def act(_: str) -> HttpResponse:
        switch_on(name=entry, actor=Actor.of(request.user))
        return done(request, f"{entry} is on. It runs at its next time.", question.back)

    return decided(request, question, act)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(SWITCH)
def off_page(request: HttpRequest, entry: str) -> HttpResponse:
    question = questions.switch_off(_entry_or_404(entry))

    def act(_: str) -> HttpResponse:
        switch_off(name=entry, actor=Actor.of(request.user))
        return done(request, f"{entry} is off. It does not run until you switch it on.", question.back)

    return decided(request, question, act)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(RUN)
def run_page(request: HttpRequest, entry: str) -> HttpResponse:
    """Leads to the new job: on the schedule itself, the ticks alone are kept."""

    def act(_: str) -> HttpResponse:
        job = run_now(name=entry, actor=Actor.of(request.user))
        return lead_to(request, f"{entry} was enqueued. This is its job.", job_url(job.queue, job.pk))

    return decided(request, questions.run_besides(_entry_or_404(entry)), act)


def _entry_or_404(name: str) -> Entry:
    entry = next((entry for entry in entries() if entry.name == name), None)
    if entry is None:
        raise Http404("Nothing of this name is on the schedule.")
    return entry
