"""What the backbone called out about, and who is told. Reads only."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from queues.alerts import listed_alerts
from queues.views.guard import owner_page


@require_safe
@owner_page("queues.view_queues")
def alerts_page(request: HttpRequest) -> HttpResponse:
    context = {
        "title": "Alerts",
        "listed": listed_alerts(),
        "told": settings.ALERT_EMAILS,
        "window_minutes": round(settings.ALERT_WINDOW_SECONDS / 60),
    }
    return TemplateResponse(request, "queues/alerts.html", context)
