"""The purchase API: one domain call behind each door, JSON in and out, strict about what it takes.

Doors are found at /api/v1/; who may enter is named on each.
"""

from collections.abc import Sequence
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.addresses import client_network
from accounts.banning import failed
from accounts.models import User
from accounts.roles import Role
from articles.queries import InvalidCursor, Search, catalogue_page
from backlinks import review, serializers
from backlinks.actors import customer_of
from backlinks.authentication import NOT_THERE, HoldsTheOrder, OrderTokenAuthentication
from backlinks.checkout import count_try, open_checkout
from backlinks.models import Order
from backlinks.parsers import SmallJSONParser
from backlinks.queries import view_of
from backlinks.quoting import quote
from backlinks.refusals import as_answer
from backlinks.webhooks import LARGEST_BODY, receive
from queues.api.answering import Answering
from queues.queries import expected_seconds

PROBLEM = serializers.ProblemAnswer
REFUSED = serializers.RefusedAnswer
FIELDS = OpenApiTypes.OBJECT


class Door(Answering):
    """Entered with an order's token, or in a session."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (OrderTokenAuthentication, SessionAuthentication)
    parser_classes = (SmallJSONParser,)
    as_answer = staticmethod(as_answer)

    def order(self, order_id: UUID) -> Order:
        """The order, if the caller holds it; a stranger's is not there."""
        found = Order.objects.select_related("article", "submitted_version").filter(pk=order_id).first()
        if found is None:
            failed("order")
            raise NotFound(NOT_THERE)
        self.check_object_permissions(self.request, found)
        return found


class Articles(Door):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="articles",
        parameters=[serializers.ArticlesRequest],
        responses={200: serializers.ArticlesAnswer, 400: FIELDS},
    )
    def get(self, request: Request) -> Response:
        """The published articles, newest first."""
        asked = self.asked_in_address(serializers.ArticlesRequest).validated_data
        try:
            page = catalogue_page(Search(q=asked["q"], language=asked["language"]), cursor=asked["cursor"])
        except InvalidCursor as error:
            raise ValidationError({"cursor": ["No page handed out this cursor."]}, "invalid") from error
        answer = {"results": page.articles, "next": page.next or None}
        return Response(serializers.ArticlesAnswer(answer).data)


class Quotes(Door):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="quote",
        request=serializers.QuoteRequest,
        responses={201: serializers.QuoteAnswer, 400: FIELDS, 404: PROBLEM, 422: REFUSED, 429: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """What a link would cost, once everything that can be known before money was checked."""
        asked = self.asked(serializers.QuoteRequest, request.data)
        quoted = quote(asked.wish(), ip=client_network(request._request), customer=_customer(request))
        return Response(serializers.QuoteAnswer(quoted).data, status=201)


class Checkouts(Door):
    permission_classes = (HoldsTheOrder,)

    @extend_schema(
        operation_id="checkout",
        request=serializers.CheckoutRequest,
        responses={
            201: serializers.CheckoutAnswer,
            400: FIELDS,
            404: PROBLEM,
            409: PROBLEM,
            422: REFUSED,
            429: PROBLEM,
            503: PROBLEM,
        },
    )
    def post(self, request: Request) -> Response:
        """Where to pay for one or more quotes."""
        asked = self.asked(serializers.CheckoutRequest, request.data)
        count_try(client_network(request._request))
        orders = [self.order(order_id) for order_id in asked.ids()]
        checkout = open_checkout(order_ids=[order.pk for order in orders], actor=customer_of(orders[0]))
        return Response(serializers.CheckoutAnswer(checkout).data, status=201)


class Webhook(Door):
    authentication_classes = ()
    permission_classes = (AllowAny,)  # the signature is what lets it in

    @extend_schema(
        operation_id="webhook",
        request=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter("Stripe-Signature", str, OpenApiParameter.HEADER, required=True)],
        responses={200: None, 400: PROBLEM},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """For Stripe: 200 once the event is stored."""
        receive(request._request.read(LARGEST_BODY + 1), request.headers.get("Stripe-Signature", ""))
        return Response(status=200)


class Status(Door):
    permission_classes = (HoldsTheOrder,)

    @extend_schema(
        operation_id="status",
        parameters=[OpenApiParameter("order_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: serializers.StatusAnswer, 400: FIELDS, 404: PROBLEM},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """How an order stands, what is being done about it, and the change to look at."""
        asked = self.asked(serializers.OrderRequest, {"orderId": order_id}).validated_data
        return Response(serializers.StatusAnswer(view_of(self.order(asked["orderId"]))).data)


class Regenerate(Door):
    permission_classes = (HoldsTheOrder,)

    @extend_schema(
        operation_id="regenerate",
        request=serializers.OrderRequest,
        responses={202: serializers.RegenerateAnswer, 400: FIELDS, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """Have another version written. Nothing but the order can be said: customers do not instruct the writer."""
        asked = self.asked(serializers.OrderRequest, request.data).validated_data
        order = self.order(asked["orderId"])
        job = review.regenerate(order=order, actor=customer_of(order))
        answer = {"jobId": job.pk, "estimatedTime": expected_seconds(job.queue)}
        return Response(serializers.RegenerateAnswer(answer).data, status=202)


class Submit(Door):
    permission_classes = (HoldsTheOrder,)

    @extend_schema(
        operation_id="submit",
        request=serializers.SubmitRequest,
        responses={200: serializers.SubmitAnswer, 400: FIELDS, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        """Give a version to the editor: the newest, or the one named."""
        asked = self.asked(serializers.SubmitRequest, request.data).validated_data
        order = self.order(asked["orderId"])
        submitted = review.submit(order=order, actor=customer_of(order), version_id=asked.get("versionId"))
        return Response(serializers.SubmitAnswer(submitted).data)


def _customer(request: Request) -> User | None:
    """The signed-in customer; staff who try the API buy as anybody would."""
    return request.user if isinstance(request.user, User) and request.user.role == Role.CUSTOMER else None
