"""The addresses for programs, under /api/: each with and without a trailing slash, described once."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from analytics.api.figures import DOORS
from analytics.api.ingest import Ingest


def _both(address: str, door: type[APIView], name: str) -> list[URLPattern]:
    return [
        path(address, door.as_view(), name=name),
        path(f"{address}/", door.as_view(schema=None)),  # the same door, left out of the description
    ]


urlpatterns = [
    *_both("analytics/ingest", Ingest, "analytics-ingest"),
    *(each for name, door in DOORS for each in _both(f"owner/analytics/{name}", door, f"owner-analytics-{name}")),
]
