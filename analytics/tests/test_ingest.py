"""The door where browsers tell what happened."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from analytics import partitions
from analytics.models import AnalyticsEvent, VisitorSalt
from analytics.tests import given
from analytics.tests.given import CHROME, SAFARI, id_at
from analytics.visitors import forget_past_days, visitor_of
from articles.models import Placement
from articles.tests.given import BODY, BREW, approved, go_live, published_article, sold, with_link

pytestmark = pytest.mark.django_db
DOOR = "/api/analytics/ingest"


def view(**more: Any) -> dict[str, Any]:
    at = more.pop("at", None) or timezone.now()
    return {"id": str(id_at(at)), "type": "page_view", "path": "/", **more}


def tell(*events: Any, client: Client | None = None, agent: str = CHROME, **headers: str) -> Any:
    return (client or Client()).post(
        DOOR,
        json.dumps({"events": events}),
        content_type="text/plain",
        headers={"User-Agent": agent, **headers},
        REMOTE_ADDR="203.0.113.77",
    )


def answer(response: Any) -> tuple[int, int, int, list[tuple[int, str]]]:
    assert response.status_code == 202, response.content
    told = response.json()
    return told["accepted"], told["duplicates"], told["ignored"], [(e["index"], e["code"]) for e in told["refused"]]


def test_a_batch_is_stored_with_what_the_browser_says_of_itself():
    article = published_article()
    page = view(
        path="/?utm_source=x&token=abc",
        referrer="https://www.search.example/?q=private",
        utm={"source": "letter", "medium": "email", "campaign": "spring"},
    )
    events = [
        page,
        view(type="article_view", articleId=article.pk),
        view(type="click", label="Place a link"),
        view(type="search", query="  Green   TEA ", results=0),
        view(type="dashboard_view", dashboard="order", path="/orders/0198c5e0-7c1f-7d5e-9d4e-111111111111/"),
    ]

    assert answer(tell(*events)) == (5, 0, 0, [])

    rows = {row.type: row for row in AnalyticsEvent.objects.all()}
    first = rows["page_view"]
    assert (first.path, first.referrer, first.utm_source, first.utm_medium, first.utm_campaign) == (
        "/",
        "search.example",
        "letter",
        "email",
        "spring",
    )
    assert (first.device, first.browser, first.os, first.masked_ip) == ("desktop", "Chrome", "Linux", "203.0.113.0")
    assert int(first.at.timestamp() * 1000) == first.id.int >> 80
    assert rows["article_view"].article_id == article.pk
    assert (rows["search"].label, rows["search"].results) == ("green tea", 0)
    assert (rows["dashboard_view"].label, rows["dashboard_view"].path) == ("order", "/orders/:id/")
    assert {row.visitor for row in rows.values()} == {visitor_of("203.0.113.77", CHROME)}
    assert {row.person for row in rows.values()} == {None}


def test_bad_events_are_named_and_the_rest_is_stored():
    now = timezone.now()
    bad = [
        "nothing",
        {"type": "page_view", "path": "/"},
        view(type="unheard_of"),
        {**view(), "id": "0b0fb8f2-4c3f-4a55-9e6b-1f8f2f1d2c3b"},
        view(at=now + timedelta(minutes=6)),
        view(at=now - timedelta(days=8)),
        view(type="article_view", articleId=987654),
        view(type="placement_click", articleId=987654, href="https://nowhere.example/"),
        view(type="search", query=""),
        view(meta={"x": "y" * 3000}),
    ]

    told = tell(view(), *bad, view()).json()

    assert told["accepted"] == 2 == AnalyticsEvent.objects.count()
    codes = [
        "malformed",
        "malformed",
        "malformed",
        "not_uuid7",
        "in_the_future",
        "too_late",
        "no_such_article",
        "no_such_placement",
        "malformed",
        "malformed",
    ]
    assert [(each["index"], each["code"]) for each in told["refused"]] == list(enumerate(codes, 1))
    assert told["refused"][2]["message"].startswith("type: must be one of page_view, ")
    assert "unheard_of" not in json.dumps(told) and told["refused"][8]["message"].startswith("query: ")


def test_a_retry_counts_once_in_its_batch_in_the_next_and_in_another_month():
    events = [view(), view()]
    last_month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    late = view(at=max(last_month - timedelta(seconds=1), timezone.now() - timedelta(days=6, hours=23)))

    assert answer(tell(*events, events[0])) == (2, 1, 0, [])
    assert answer(tell(*events, view(), late)) == (2, 2, 0, [])
    assert answer(tell(late)) == (0, 1, 0, [])

    assert AnalyticsEvent.objects.count() == 4


def test_the_same_id_is_the_same_moment_so_no_two_months_can_hold_it():
    moment = given.utc(2026, 11, 1)
    before, after = id_at(moment - timedelta(milliseconds=1)), id_at(moment)
    partitions.create_between(moment - timedelta(days=1), moment)

    given.put("page_view", at=moment - timedelta(milliseconds=1), path="/")
    given.put("page_view", at=moment, path="/")

    assert before < partitions.first_id(moment) <= after


def test_secrets_and_addresses_of_people_are_hidden():
    meta = {
        "password": "hunter2hunter2",
        "note": "mail anna@brew.example",
        "deep": [{"api_key": "k"}],
        "key": "sk-abcdefgh123",
    }

    tell(view(meta=meta), view(type="search", query="Anna@Brew.example"), view(path="/certificates/CD-1/s3cr3t/"))

    rows = list(AnalyticsEvent.objects.order_by("id"))
    text = json.dumps([[row.meta, row.label, row.path] for row in rows]).lower()
    assert not any(secret in text for secret in ("hunter2", "anna", "abcdefgh", "s3cr3t"))
    assert next(row.meta for row in rows if row.meta)["deep"] == [{"api_key": "•••"}]


def test_a_click_on_a_paid_link_finds_its_placement_by_where_it_leads():
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())
    placement = Placement.objects.get()

    assert answer(tell(view(type="placement_click", articleId=article.pk, href=BREW))) == (1, 0, 0, [])
    assert answer(tell(view(type="placement_click", placementId=placement.pk))) == (1, 0, 0, [])

    assert set(AnalyticsEvent.objects.values_list("article_id", "placement_id")) == {(article.pk, placement.pk)}


@pytest.mark.parametrize(
    "headers",
    [
        {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36"},
        {"agent": "curl/8.5.0"},
        {"agent": ""},
        {"DNT": "1"},
        {"Sec-GPC": "1"},
        {"Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_programs_and_who_asks_not_to_be_counted_are_not(headers):
    assert answer(tell(view(), view(), **headers)) == (0, 0, 2, [])

    assert not AnalyticsEvent.objects.exists() and not VisitorSalt.objects.exists()


def test_staff_are_not_counted_and_a_customer_is_one_person_on_every_device():
    clients = {role: Client() for role in (Role.OWNER, Role.EDITOR, Role.CUSTOMER)}
    for role, client in clients.items():
        client.force_login(User.objects.create_user(f"{role.value}@copydesk.example", role))

    assert answer(tell(view(), client=clients[Role.OWNER])) == (0, 0, 1, [])
    assert answer(tell(view(), client=clients[Role.EDITOR])) == (0, 0, 1, [])
    assert answer(tell(view(), client=clients[Role.CUSTOMER])) == (1, 0, 0, [])
    assert answer(tell(view(), client=clients[Role.CUSTOMER], agent=SAFARI)) == (1, 0, 0, [])

    rows = list(AnalyticsEvent.objects.all())
    assert len({row.person for row in rows}) == 1 and None not in {row.person for row in rows}
    assert len({row.visitor for row in rows}) == 2


@pytest.mark.parametrize("body", ["", "{", "[]", '{"events": 5}', '{"events": []}', json.dumps({"events": [{}] * 101})])
def test_what_is_no_batch_is_refused_whole(body):
    response = Client().post(DOOR, body, content_type="application/json", headers={"User-Agent": CHROME})

    assert response.status_code == 400
    assert not AnalyticsEvent.objects.exists()


@pytest.mark.parametrize(
    "said", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_other_sites_pages_are_refused(said):
    response = tell(view(), **said)

    assert (response.status_code, response.json()["code"]) == (403, "cross_site")
    assert not AnalyticsEvent.objects.exists()


def test_an_address_may_tell_so_often_and_no_more(settings):
    settings.CALLS_PER_MINUTE = {**settings.CALLS_PER_MINUTE, "analytics-stranger": 2}

    assert [tell(view()).status_code for _ in range(3)] == [202, 202, 429]

    assert AnalyticsEvent.objects.count() == 2


def test_a_visitor_is_somebody_else_on_the_next_day_and_nobody_can_tell(monkeypatch):
    today = visitor_of("203.0.113.77", CHROME)
    assert visitor_of("203.0.113.77", CHROME) == today != visitor_of("203.0.113.78", CHROME)

    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("analytics.visitors.today", lambda: tomorrow)

    assert visitor_of("203.0.113.77", CHROME) != today
    assert forget_past_days() == 1
    assert list(VisitorSalt.objects.values_list("day", flat=True)) == [tomorrow]


def test_a_month_nobody_made_ahead_is_made_when_its_first_event_comes(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=365))

    assert answer(tell(view())) == (1, 0, 0, [])


def test_old_months_go_and_take_only_their_own_events(settings):
    settings.ANALYTICS_RETENTION_MONTHS = 2
    now = timezone.now()
    given.put("page_view", at=now - timedelta(days=100), path="/")
    kept = given.put("page_view", at=now, path="/")

    assert partitions.drop_old() == [f"analytics_event_{now - timedelta(days=100):%Y_%m}"]
    assert partitions.drop_old() == []

    assert [row.pk for row in AnalyticsEvent.objects.all()] == [kept.pk]
