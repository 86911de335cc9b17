"""What tests of pages say often: a browser that knows an order, and a page as a person reads it."""

import html
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from articles.models import Article
from backlinks.access import token_for
from backlinks.models import Order

EVIL = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def plain_static(settings):
    """Pages without collected static files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def browser(*orders: Order, checks_csrf: bool = False) -> Client:
    """One that has opened the access links of these orders."""
    client = Client(enforce_csrf_checks=checks_csrf)
    for order in orders:
        assert client.get(page(order), {"access": token_for(order)}).status_code == 303
    return client


def page(order: Order, action: str = "") -> str:
    return f"/orders/{order.pk}/{action}"


def form_page(article: Article) -> str:
    return f"/articles/{article.slug}/link/"


def words(response: HttpResponse) -> str:
    """The page's text as one line, without markup."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def heading(response: HttpResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
    assert found
    return " ".join(html.unescape(found[1]).split())


def forms(response: HttpResponse) -> list[str]:
    """Where the page's forms lead, in order."""
    return re.findall(r'<form[^>]*action="([^"]*)"', response.content.decode())


def choices(response: HttpResponse) -> list[str]:
    """Where the forms lead that decide about the order; what may be asked of a live link, and when, is left out."""
    return [address for address in forms(response) if not address.endswith(("/wish/", "/claim/"))]


def hidden(response: HttpResponse, *names: str) -> dict[str, Any]:
    """The values of the page's hidden fields, the first of each name."""
    text = response.content.decode()
    values = {}
    for name in names:
        found = re.search(rf'name="{name}" value="([^"]*)"', text)
        assert found, name
        values[name] = html.unescape(found[1])
    return values
