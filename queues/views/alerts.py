"""What the backbone called out about, and who is told. Reads only."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from queues.alerts import PAGES, Kind, Listed, listed_alerts
from queues.declare import QUEUES
from queues.views.addresses import queue_url
from queues.views.guard import VIEW, owner_page


@dataclass(frozen=True)
class Row:
    """An alert and where its trouble is seen."""

    listed: Listed
    url: str

    @classmethod
    def of(cls, listed: Listed) -> "Row":
        return cls(listed, _where(listed.alert.kind, listed.alert.about))


@require_safe
@owner_page(VIEW)
def alerts_page(request: HttpRequest) -> HttpResponse:
    context = {
        "title": "Alerts",
        "rows": [Row.of(listed) for listed in listed_alerts()],
        "told": settings.ALERT_EMAILS,
        "window_minutes": round(settings.ALERT_WINDOW_SECONDS / 60),
        "alerts": [],  # those above every page: here they stand in the list
    }
    return TemplateResponse(request, "queues/alerts.html", context)


def _where(kind: str, about: str) -> str:
    if kind in PAGES:
        return PAGES[kind]()
    if about not in QUEUES:
        return reverse("queues:overview")
    return queue_url(about, state="failed" if kind == Kind.DEAD_LETTER else None)
