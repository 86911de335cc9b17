"""The articles in the order that is asked for, on the page and in its file; a day or two hour by hour."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from accounts.tests.given import signed_in
from analytics import queries
from analytics.queries import Order
from analytics.ranges import Range, day_of
from analytics.tests.given import counted, put
from articles.models import Article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
HOME = "/admin/analytics/"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = Range(NOON.date(), NOON.date())
DAYS = "from=2026-11-20&to=2026-11-20"
GONE = "article 999999, gone"
BY_READERS = ["Tea", "apples", GONE]
BY_PAID_CLICKS = ["apples", "Tea", GONE]
BY_TITLE = ["apples", "Tea", GONE]


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


@pytest.fixture
def articles() -> None:
    """Tea: 3 readers. Apples: 2 readers and a click on a paid link. One that is no more: 1 reader of 4 views."""
    tea, apples = (
        Article.objects.create(slug=title.lower(), title=title, price_minor=100).pk for title in ("Tea", "apples")
    )
    views = [(tea, 1), (tea, 2), (tea, 3), (apples, 1), (apples, 2), *[(999_999, 1)] * 4]
    for number, (article, visitor) in enumerate(views):
        put("article_view", at=NOON + timedelta(seconds=number), visitor=visitor, article_id=article)
    put("placement_click", at=NOON, visitor=1, article_id=apples, placement_id=1)
    counted(DAY)


def page(client: Client, address: str) -> str:
    answer = client.get(HOME + address)
    assert answer.status_code == 200
    return answer.content.decode()


def names(shown: str) -> list[str]:
    return re.findall(r'<th scope="row">(.*?)</th>', shown)


def file_of(client: Client, shown: str, table: str) -> list[list[str]]:
    """What the page's own link takes away."""
    link = next(link for link in re.findall(r'href="(\?[^"]*csv=[^"]*)"', shown) if link.endswith(f"csv={table}"))
    answer = client.get(HOME + ("overview/" if table == "Hours" else "articles/") + html.unescape(link))
    return [line.split(",") for line in answer.content.decode().splitlines()[1:]]


@pytest.mark.parametrize(
    ("asked", "order", "sorted_head"),
    [
        ("", [GONE, "Tea", "apples"], 'aria-sort="descending"><a href="?DAYS&sort=views&order=asc">Views'),
        ("&sort=readers", BY_READERS, 'aria-sort="descending"><a href="?DAYS&sort=readers&order=asc">Readers'),
        ("&sort=readers&order=asc", BY_READERS[::-1], 'aria-sort="ascending"><a href="?DAYS&sort=readers&order=desc">'),
        ("&sort=title", BY_TITLE, 'aria-sort="ascending"><a href="?DAYS&sort=title&order=desc">Article'),
        ("&sort=title&order=desc", ["Tea", "apples", GONE], 'aria-sort="descending"><a href="?DAYS&sort=title&order'),
        ("&sort=placement_clicks", BY_PAID_CLICKS, 'aria-sort="descending"><a href="?DAYS&sort=placement_clicks&'),
        ("&sort=id&order=up", [GONE, "Tea", "apples"], 'aria-sort="descending"><a href="?DAYS&sort=views&order=asc">'),
    ],
)
def test_articles_stand_in_the_order_of_the_column_asked_for(editor, articles, asked, order, sorted_head):
    shown = page(editor, f"articles/?{DAYS}{asked}")

    assert names(shown) == order
    assert [row[0].strip('"') for row in file_of(editor, shown, "Articles")] == [name.split(",")[0] for name in order]
    assert shown.count("aria-sort") == 1
    assert sorted_head.replace("DAYS", DAYS) in html.unescape(shown)


def test_another_range_keeps_the_order(editor, articles):
    shown = html.unescape(page(editor, f"articles/?{DAYS}&sort=readers&order=asc"))

    assert '<input type="hidden" name="sort" value="readers">' in shown
    assert '<input type="hidden" name="order" value="asc">' in shown
    assert '<a href="?days=7&sort=readers&order=asc">7 days</a>' in shown


def test_the_reads_know_the_same_orders_and_no_other(articles):
    assert [row.readers for row in queries.articles(DAY, sort="readers", order=Order.ASC)] == [1, 2, 3]
    assert [row.title for row in queries.articles(DAY, sort="title", limit=2)] == ["apples", "Tea"]
    with pytest.raises(ValueError, match="rain"):
        queries.articles(DAY, sort="rain")


def test_days_nobody_came_are_no_empty_picture(editor):
    counted(DAY)

    shown = page(editor, f"overview/?{DAYS}")

    assert "Nothing in this time." in shown and "<rect" not in shown and "at most" not in shown


def test_a_day_is_told_hour_by_hour_in_a_chart_a_table_and_a_file(editor):
    for minutes, visitor in ((0, 1), (59, 2), (60, 1), (125, 1)):
        put("page_view", at=NOON + timedelta(minutes=minutes), visitor=visitor, path="/")
    counted(DAY)

    shown = page(editor, f"overview/?{DAYS}")

    assert "Visitors by hour, at most 2" in shown and shown.count("<rect") == 24
    assert "<title>2026-11-20 12:00: 2</title>" in shown and "<title>2026-11-20 15:00: 0</title>" in shown
    hours = file_of(editor, shown, "Hours")
    assert [row for row in hours if row[1] != "0"] == [
        ["2026-11-20 12:00", "2", "2", "0", "0"],
        ["2026-11-20 13:00", "1", "1", "0", "0"],
        ["2026-11-20 14:00", "1", "1", "0", "0"],
    ]
    assert names(shown)[: len(hours)] == [row[0] for row in hours]
    assert '<a href="?from=2026-11-20&amp;to=2026-11-20">2026-11-20</a>' in shown


def test_hours_are_for_two_days_at_most(editor):
    put("page_view", at=NOON, visitor=1, path="/")
    counted(DAY)

    two, three = (page(editor, f"overview/?from=2026-11-19&to=2026-11-{last}") for last in (20, 21))

    assert two.count("<rect") == 48 and "<h2>Hours</h2>" in two
    assert three.count("<rect") == 3 and "<h2>Hours</h2>" not in three and "Visitors by day" in three


def test_hours_that_have_not_begun_are_in_no_table(editor):
    now = timezone.now()
    put("page_view", at=now, visitor=1, path="/")
    counted(Range(day_of(now), day_of(now)))
    shown = page(editor, "overview/?days=1")

    begun = [name for name in names(shown) if ":" in name]

    assert shown.count("<rect") == 24
    assert len(begun) in (now.hour + 1, timezone.now().hour + 1) and begun[0] == f"{day_of(now)} 00:00"


def test_the_hour_that_comes_twice_is_two_with_a_name_each(editor, settings):
    settings.ANALYTICS_TIME_ZONE = "Europe/Berlin"
    autumn = date(2026, 10, 25)
    for hour in (0, 1):
        for visitor in range(hour + 1):
            put("page_view", at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC), visitor=visitor, path="/")
    counted(Range(autumn, autumn))

    hours = file_of(editor, page(editor, f"overview/?from={autumn}&to={autumn}"), "Hours")

    assert len(hours) == 25
    assert [row[:2] for row in hours[1:5]] == [
        ["2026-10-25 01:00", "0"],
        ["2026-10-25 02:00 CEST", "1"],
        ["2026-10-25 02:00 CET", "2"],
        ["2026-10-25 03:00", "0"],
    ]
