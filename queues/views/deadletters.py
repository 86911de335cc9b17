"""What is dead and waits for somebody: grouped by cause, and letter by letter. Reads only."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from queues import letters
from queues.forecast import DELETING, REPLAYING
from queues.letters import EVERYTHING, Filter
from queues.listing import BadCursor
from queues.models import Job
from queues.views.addresses import DEAD_LETTERS, letters_url, order_url
from queues.views.asked import BadFilter, asked
from queues.views.guard import VIEW, owner_page, told
from queues.views.letter_rows import DELETE_MANY, REPLAY_MANY, GroupRow, rows
from queues.views.queue import STALE

BULK = "queues.bulk_deadletters"


@dataclass(frozen=True)
class UnderWay:
    """A bulk order that has not ended."""

    job: Job
    url: str
    words: str

    @classmethod
    def of(cls, job: Job) -> "UnderWay":
        what = "A replay of dead letters" if job.name == REPLAYING else "A deletion of dead letters"
        how_far = f"{job.progress_message} taken" if job.progress_message else "about to begin"
        return cls(job, reverse("queues:dead-letters-progress", args=[job.pk]), f"{what} is under way: {how_far}.")


@require_safe
@owner_page(VIEW)
def dead_letters_page(request: HttpRequest) -> HttpResponse:
    """`?queue=&name=&fingerprint=&q=&since=&before=&cursor=`."""
    try:
        filter = asked(request.GET)
    except BadFilter as problem:
        context = {"title": "Dead letters", "problem": str(problem), "url": letters_url(), **_form(request, EVERYTHING)}
        return TemplateResponse(request, "queues/dead_letters.html", context, status=400)
    cursor = request.GET.get("cursor")
    try:
        found = letters.page(filter, cursor=cursor)
    except BadCursor:
        return told(request, "Begin again", STALE, status=400, back=letters_url(filter))
    context = {
        "title": "Dead letters",
        "url": letters_url(),
        "count": letters.count(filter),
        "is_filtered": filter != EVERYTHING,
        "groups": [] if cursor else [GroupRow.of(group, filter) for group in letters.groups(filter)],
        "most_groups": letters.GROUPS_SHOWN,
        "rows": rows(found.letters),
        "next_url": found.next and letters_url(filter, found.next),
        "previous_url": found.previous and letters_url(filter, found.previous),
        "first_url": letters_url(filter) if cursor else "",
        "under_way": [UnderWay.of(job) for job in _under_way()],
        "may_bulk": request.user.has_perm(BULK),
        "replay_url": order_url(REPLAY_MANY, filter),
        "delete_url": order_url(DELETE_MANY, filter),
        **_form(request, filter),
    }
    return TemplateResponse(request, "queues/dead_letters.html", context)


def _form(request: HttpRequest, filter: Filter) -> dict[str, Any]:
    """The fields as they were filled in, and what there is to choose from."""
    by_queue = letters.count_by_queue()
    return {
        "asked": {field: request.GET.get(field, "") for field in ("queue", "name", "fingerprint", "q")},
        "since": filter.since,
        "before": filter.before,
        "is_narrow": bool(filter.queue or filter.name or filter.since or filter.before),
        "queues": sorted({*by_queue, *([filter.queue] if filter.queue else [])}),
        "names": sorted({*letters.names(), *([filter.name] if filter.name else [])}),
    }


def _under_way() -> list[Job]:
    bulks = Job.objects.live().filter(queue=DEAD_LETTERS, name__in=(REPLAYING, DELETING))
    return list(bulks.order_by("id"))
