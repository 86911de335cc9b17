"""The purchase API's addresses, for /api/v1/: each with and without a trailing slash, described once."""

from django.urls import URLPattern, path
from rest_framework.views import APIView

from backlinks import api

DOORS: tuple[tuple[str, type[APIView], str], ...] = (
    ("articles", api.Articles, "articles"),
    ("purchase/quote", api.Quotes, "quote"),
    ("purchase/checkout", api.Checkouts, "checkout"),
    ("purchase/webhook", api.Webhook, "webhook"),
    ("purchase/status/<str:order_id>", api.Status, "status"),
    ("purchase/regenerate-backlink", api.Regenerate, "regenerate-backlink"),
    ("purchase/submit-for-review", api.Submit, "submit-for-review"),
)


def _both(address: str, door: type[APIView], name: str) -> list[URLPattern]:
    return [
        path(address, door.as_view(), name=f"api-{name}"),
        path(f"{address}/", door.as_view(schema=None)),  # the same door, left out of the description
    ]


api_urlpatterns = [pattern for door in DOORS for pattern in _both(*door)]
