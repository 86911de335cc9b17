"""Where browsers tell what happened: no sign-in, no cookie of ours, an answer as soon as it is stored."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.addresses import client_ip
from analytics.agents import read_agent
from analytics.collecting import MOST, Receipt, Sender, collect
from analytics.models import EventType
from backlinks.parsers import SmallJSONParser


class AnyTypeParser(SmallJSONParser):
    """A beacon may not choose its content type freely: whatever it says, JSON it is."""

    media_type = "*/*"


class ToldEvent(serializers.Serializer):  # type: ignore[type-arg]
    """Described here for those who write clients; `events.py` reads it."""

    id = serializers.UUIDField(help_text="A UUIDv7 made when it happened; the same when it is sent again.")
    type = serializers.ChoiceField(EventType.choices)
    path = serializers.CharField(required=False, help_text="Of the page; of a page_view it is needed.")
    articleId = serializers.IntegerField(required=False, help_text="Of an article_view it is needed.")
    placementId = serializers.IntegerField(
        required=False, help_text="Of a placement_click: this, or articleId and href."
    )
    href = serializers.CharField(required=False)
    label = serializers.CharField(required=False, help_text="Of a click: what was clicked.")  # type: ignore[assignment]
    query = serializers.CharField(required=False, help_text="Of a search.")
    results = serializers.IntegerField(required=False, help_text="How many a search found.")
    dashboard = serializers.CharField(required=False, help_text="Of a dashboard_view.")
    referrer = serializers.CharField(required=False, help_text="Only its host is kept.")
    utm = serializers.DictField(child=serializers.CharField(), required=False, help_text="source, medium, campaign")
    meta = serializers.DictField(required=False, help_text="Anything else, without secrets: those are hidden.")


class Batch(serializers.Serializer):  # type: ignore[type-arg]
    events = ToldEvent(many=True, help_text=f"At most {MOST}.")


class RefusedEvent(serializers.Serializer):  # type: ignore[type-arg]
    index = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    id = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ReceiptAnswer(serializers.Serializer):  # type: ignore[type-arg]
    accepted = serializers.IntegerField(help_text="Stored now.")
    duplicates = serializers.IntegerField(help_text="Stored before.")
    ignored = serializers.IntegerField(help_text="Of programs, of staff, and of those who ask not to be counted.")
    refused = RefusedEvent(many=True)


class WhoeverIsThere(BaseAuthentication):
    """Who is signed in on this browser, if anybody: to leave staff out, never to allow anything."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user = request._request.user
        return (user, None) if user.is_authenticated else None


class Ingest(APIView):
    """Public. Nobody is signed in by it; a customer who is, is counted as one person."""

    authentication_classes = (WhoeverIsThere,)
    permission_classes = (AllowAny,)
    parser_classes = (AnyTypeParser,)
    throttle_scope = "analytics"

    @extend_schema(
        operation_id="analytics_ingest",
        tags=["analytics"],
        auth=[],
        request=Batch,
        responses={202: ReceiptAnswer, 400: OpenApiTypes.OBJECT, 403: OpenApiTypes.OBJECT, 429: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Store a batch of events. A bad one is refused by itself and named; the rest is stored."""
        if _was_sent_by_another_site(request._request):
            raise PermissionDenied("Only our own pages tell of themselves.", "cross_site")
        events = _events(request.data)
        if _is_not_counted(request._request):
            return _answer(Receipt(), ignored=len(events))
        return _answer(collect(events, sender=_sender(request._request)))


def _events(told: Any) -> list[Any]:
    events = told.get("events") if isinstance(told, dict) else None
    if not isinstance(events, list):
        raise ValidationError({"events": ["A list of events is needed."]}, "required")
    if not 1 <= len(events) <= MOST:
        raise ValidationError({"events": [f"From 1 to {MOST} events at a time."]}, "too_many")
    return events


def _was_sent_by_another_site(request: HttpRequest) -> bool:
    """As far as the browser says; a program may say what it likes, and is counted as one."""
    origin = urlsplit(request.headers.get("Origin", "")).netloc or request.headers.get("Origin", "")
    ours = {"", request.get_host(), urlsplit(settings.SITE_URL).netloc}
    return request.headers.get("Sec-Fetch-Site") == "cross-site" or origin not in ours


def _is_not_counted(request: HttpRequest) -> bool:
    """Programs, pages fetched ahead, people who ask not to be, and our own staff."""
    asked = request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"
    ahead = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
    return asked or ahead or read_agent(_agent(request)).is_program or request.user.is_staff


def _sender(request: HttpRequest) -> Sender:
    return Sender(client_ip(request), _agent(request), request.user.pk if request.user.is_authenticated else None)


def _agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")


def _answer(receipt: Receipt, *, ignored: int = 0) -> Response:
    refused = [vars(each) for each in receipt.refused]
    told = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "ignored": ignored, "refused": refused}
    return Response(told, status=202)
