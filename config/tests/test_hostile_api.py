"""The corpus in every text of the API, sent by an owner's program: refused by name or taken, and never an error."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.models import RateWindow
from backlinks.tests.given import quoted
from config.tests.hostile import CORPUS
from queues.tests.calling import QUEUE, program
from queues.tests.dead import dead

pytestmark = [pytest.mark.django_db]
TEXTS = 20  # at least, that the description names


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema: Any) -> list[tuple[str, str, Any]]:
    return [(path, method, told) for path, ways in schema["paths"].items() for method, told in ways.items()]


def texts(schema: Any, told: Any) -> list[str]:
    """The fields of the body that are texts, or lists of them."""
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = content.get("$ref", "").rpartition("/")[2]
    fields = schema["components"]["schemas"].get(name, content).get("properties", {})
    return [field for field, kind in fields.items() if kind.get("type") in ("string", "array")]


def asked_for(told: Any) -> list[str]:
    """The arguments of the address that are texts."""
    given = [one for one in told.get("parameters", []) if one["in"] == "query"]
    return [one["name"] for one in given if one["schema"].get("type") == "string"]


@pytest.fixture
def places(script) -> dict[str, str]:
    job = dead()
    return {"{name}": QUEUE, "{id}": str(job.pk), "{job_id}": str(job.pk), "{order_id}": str(quoted().pk)}


@pytest.mark.parametrize("entry", CORPUS)
def test_every_text_of_the_api_is_refused_or_taken(schema, places, entry):
    caller, text, tried, broken = program(), CORPUS[entry], 0, []

    for path, method, told in operations(schema):
        for place, value in places.items():
            path = path.replace(place, value)
        bodies: list[Any] = [{field: text} for field in texts(schema, told)] + [
            {field: [text]} for field in texts(schema, told)
        ]
        for query, body in [*(({name: text}, None) for name in asked_for(told)), *((None, body) for body in bodies)]:
            RateWindow.objects.all().delete()
            data = json.dumps(body) if body else ""
            address = f"{path}?{_written(query)}" if query else path
            answer = caller.http.generic(
                method.upper(), address, data, content_type="application/json", headers=caller.headers
            )
            tried += 1
            broken += [(method, path, query or body, answer.status_code)] if answer.status_code >= 500 else []

    assert broken == []
    assert tried >= TEXTS


def _written(query: dict[str, str]) -> str:
    return urlencode(query, errors="surrogatepass")
