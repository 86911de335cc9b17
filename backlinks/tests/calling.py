"""A program that calls the API, and what its tests ask of every answer."""

import json
from typing import Any

from django.test import Client

from backlinks.access import token_for
from backlinks.models import Checkout, Order
from backlinks.tests.given import (
    wish_for,
)
from mail.models import EmailLog
from queues.models import Job

API = "/api/v1/purchase/"


class Caller:
    """A program that calls the API, with or without a token."""

    def __init__(self, *tokens: str) -> None:
        self.http = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {','.join(tokens)}"} if tokens else {}

    def post(self, path, body, **headers) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.http.post(API + path, data, content_type="application/json", headers={**self.headers, **headers})

    def status(self, order_id) -> Any:
        return self.http.get(f"{API}status/{order_id}", headers=self.headers)


def holder(*orders) -> Any:
    return Caller(*[token_for(order) for order in orders])


def asking(article, **different) -> Any:
    wish = wish_for(article)
    asked = {
        "articleId": wish.article_id,
        "targetUrl": wish.target_url,
        "anchorText": wish.anchor_text,
        "customerNotes": "About seeds.",
        "email": wish.email,
    }
    return {name: value for name, value in {**asked, **different}.items() if value is not ...}


def codes(answer, field) -> Any:
    return [problem["code"] for problem in answer.json()[field]]


def nothing_happened() -> Any:
    return not any(kind.objects.exists() for kind in (Order, Checkout, Job, EmailLog))
