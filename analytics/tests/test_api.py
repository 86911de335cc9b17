"""The owners' figures for programs: the same numbers as the reads give, and for owners only."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.validation import validate_schema

from accounts import tokens
from accounts.models import Scope, User
from accounts.roles import Role
from analytics import caching, queries
from analytics.api.figures import DOORS
from analytics.ranges import Range
from analytics.tests import given
from analytics.tests.given import utc
from audit.actors import SYSTEM
from audit.models import AuditEntry

pytestmark = pytest.mark.django_db
DAYS = Range(date(2026, 11, 2), date(2026, 11, 4))
ASKED = {"first": "2026-11-02", "last": "2026-11-04"}
MORE = {"dimension": {"dimension": "device"}, "funnel": {"step": ["page_view:/", "click"]}}


@pytest.fixture(autouse=True)
def no_redis(settings, monkeypatch):
    """Away, unless a test brings one."""
    monkeypatch.setattr(caching._Peace, "until", 0.0)
    settings.REDIS_SECRET_URL = "redis://127.0.0.1:1/0"


@pytest.fixture
def owner():
    return User.objects.create_user("owner@copydesk.example", Role.OWNER)


@pytest.fixture
def ask(owner):
    token = tokens.issue(user=owner, actor=SYSTEM, scope=Scope.READ).text

    def asked(name, **query):
        return Client().get(f"/api/owner/analytics/{name}", query, headers={"Authorization": f"Bearer {token}"})

    return asked


def test_the_figures_are_those_of_the_reads(ask):
    given.many(400, first=DAYS.start, last=DAYS.end)
    given.counted(DAYS)

    overview, series = ask("overview", **ASKED).json(), ask("series", **ASKED).json()

    totals = queries.totals(DAYS)
    assert overview["now"] == vars(totals) and overview["before"] == vars(queries.totals(DAYS.previous()))
    assert totals.events == 400
    assert [(point["start"], point["totals"]["visitors"]) for point in series] == [
        (f"{point.start:%Y-%m-%dT%H:%M:%SZ}", point.totals.visitors) for point in queries.series(DAYS)
    ]
    by_device = ask("dimension", **ASKED, dimension="device").json()
    assert [(row["value"], row["totals"]["visitors"]) for row in by_device] == [
        (row.value, row.totals.visitors) for row in queries.by_dimension(DAYS, "device")
    ]
    assert ask("articles", **ASKED, limit=1).json() == [vars(row) for row in queries.articles(DAYS, limit=1)]
    turned = ask("articles", **ASKED, sort="clicks", order="asc").json()
    assert turned == [vars(row) for row in queries.articles(DAYS, sort="clicks", order=queries.Order.ASC)]
    assert turned[0]["clicks"] < turned[-1]["clicks"]


@pytest.mark.parametrize("name", [name for name, _ in DOORS])
def test_every_door_is_for_owners(ask, name):
    editor, customer = Client(), Client()
    editor.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))
    customer.force_login(User.objects.create_user("customer@copydesk.example", Role.CUSTOMER))
    query = MORE.get(name, {})
    address = f"/api/owner/analytics/{name}"

    statuses = [client.get(address, query).status_code for client in (Client(), editor, customer)]

    assert statuses == [401, 403, 403]
    assert AuditEntry.objects.filter(action="access.refused").count() == 2
    assert ask(name, **query).status_code == 200
    assert ask(f"{name}/", **query).status_code == 200


@pytest.mark.parametrize(
    ("name", "query", "field"),
    [
        ("overview", {"first": "2026-11-05", "last": "2026-11-04"}, "first"),
        ("overview", {"first": "yesterday"}, "first"),
        ("overview", {"nonsense": "1"}, "nonsense"),
        ("realtime", {"first": "2026-11-05"}, "first"),
        ("series", {"grain": "hour", "first": "2026-01-01", "last": "2026-11-01"}, "grain"),
        ("dimension", {}, "dimension"),
        ("articles", {"sort": "title; DROP TABLE"}, "sort"),
        ("funnel", {"step": ["page_view"]}, "step"),
        ("funnel", {"step": ["page_view", "unheard_of"]}, "step"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_the_name_of_its_field(ask, name, query, field):
    response = ask(name, **query)

    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_an_answer_is_kept_for_two_minutes_or_until_events_are_counted(ask, monkeypatch):
    kept, lives = {}, []

    class Kept:
        def get(self, key):
            return kept.get(key)

        def set(self, key, text, ex):
            kept[key] = text
            lives.append(ex)

    monkeypatch.setattr(caching, "_redis", lambda url: Kept())
    given.put("page_view", at=utc(2026, 11, 3, 12), path="/")
    given.counted(DAYS)

    first = ask("overview", **ASKED).json()
    given.put("page_view", at=utc(2026, 11, 3, 12), path="/", visitor=2)
    given.counted(DAYS)
    assert ask("overview", **ASKED).json() == first
    monkeypatch.setattr(caching, "as_of", timezone.now)

    assert ask("overview", **ASKED).json()["now"]["visitors"] == 2
    assert set(lives) == {120}


def test_without_redis_figures_are_read_and_redis_is_left_alone_for_a_while(ask, monkeypatch):
    asked = []
    monkeypatch.setattr(caching, "_redis", lambda url: asked.append(url) or (_ for _ in ()).throw(OSError("away")))

    assert [ask("overview", **ASKED).status_code for _ in range(3)] == [200] * 3

    assert len(asked) == 1


def test_the_doors_are_described(client):
    schema = client.get("/api/schema/", {"format": "json"}).content.decode()

    validate_schema(json.loads(schema))
    for name, _ in DOORS:
        assert f'"/api/owner/analytics/{name}"' in schema
    assert '"/api/analytics/ingest"' in schema and "readers" in schema


def test_the_last_minutes_come_straight_from_the_events(ask):
    now = timezone.now()
    for minutes, visitor, path in ((0, 1, "/"), (1, 1, "/"), (1, 2, "/basket/"), (20, 3, "/")):
        given.put(
            "page_view", at=now - timedelta(minutes=minutes), visitor=visitor, path=path, referrer="search.example"
        )
    given.put("click", at=now, visitor=4, label="Pay")

    told = ask("realtime").json()

    assert (told["visitors"], told["events"], len(told["minutes"])) == (3, 4, 15)
    assert [(each["views"], each["events"], each["visitors"]) for each in told["minutes"][-2:]] == [
        (2, 2, 2),
        (1, 2, 2),
    ]
    assert told["pages"] == [{"value": "/", "events": 2}, {"value": "/basket/", "events": 1}]
    assert told["referrers"] == [{"value": "search.example", "events": 3}]
    assert json.dumps(told["types"]) == '[{"value": "page_view", "events": 3}, {"value": "click", "events": 1}]'
