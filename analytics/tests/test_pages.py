"""The figures on pages: the numbers of a few events, harmless CSV, funnels on the record, and nobody else's eyes."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone

from accounts.roles import PERMISSIONS, Role
from accounts.tests.given import signed_in
from analytics.models import Funnel
from analytics.pages import streaming, views
from analytics.pages.journeys import _cohort
from analytics.pages.sheet import bars
from analytics.pages.views import PAGES
from analytics.ranges import Range, day_of
from analytics.retention import Cohort
from analytics.tests.given import counted, put
from audit.models import AccessEntry, AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
HOME = "/admin/analytics/"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = "from=2026-11-19&to=2026-11-21"
STEPS = "page_view /\narticle_view /articles/tea/"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """The tests share a Redis, and may ask the same of other events."""
    monkeypatch.setattr(views, "cached", lambda name, compute, **_: compute())


@pytest.fixture
def editor() -> Client:
    return signed_in(Role.EDITOR)


@pytest.fixture
def some_events() -> None:
    put("page_view", at=NOON, visitor=1, path="/", referrer="search.example", device="desktop")
    put(
        "article_view", at=NOON + timedelta(minutes=1), visitor=1, path="/articles/tea/", article_id=7, device="desktop"
    )
    put("page_view", at=NOON, visitor=2, path="/", device="mobile")
    put("search", at=NOON, visitor=2, label="=1+1", device="mobile")
    counted(Range(day_of(NOON), day_of(NOON)))


def page(client: Client, address: str) -> str:
    answer = client.get(HOME + address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", [page.slug for page in PAGES])
@pytest.mark.parametrize("with_events", [True, False])
def test_every_page_is_there_with_events_and_without(editor, name, with_events, request):
    if with_events:
        request.getfixturevalue("some_events")

    assert "Analytics" in page(editor, f"{name}/?{DAYS}")


def test_the_overview_tells_the_days_in_a_chart_and_in_a_table(editor, some_events):
    shown = page(editor, f"overview/?{DAYS}")

    assert shown.count("<rect") == 3
    row = " ".join(shown[shown.index(">2026-11-20<") :].split("</tr>")[0].split())
    assert "<td>2</td><td>3</td><td>0</td><td>1</td>" in row
    assert "<title>20 Nov: 2</title>" in shown


def test_bars_are_as_high_as_their_share():
    assert [(bar.height, bar.y) for bar in bars([("a", 4), ("b", 1), ("c", 0)])] == [
        (120.0, 0.0),
        (30.0, 90.0),
        (0.0, 120.0),
    ]
    assert bars([]) == [] and bars([("a", 0)])[0].height == 0


def test_a_csv_holds_the_table_and_no_formula(editor, some_events):
    answer = editor.get(f"{HOME}searches/?{DAYS}&csv=Searches")

    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines() == ["Looked for,Searches,Visitors,Without a result", "'=1+1,1,1,0"]
    assert editor.get(f"{HOME}searches/?{DAYS}&csv=Nothing").status_code == 404


@pytest.mark.parametrize("days", ["from=2026-11-21&to=2026-11-19", "from=never", "from=1900-01-01"])
def test_days_that_are_none_are_answered_in_words(editor, days):
    assert "These are no days that can be shown" in page(editor, f"overview/?{days}")


def test_a_funnel_is_made_read_and_forgotten_on_the_record(editor, some_events):
    editor.post(f"{HOME}funnels/make/", {"name": "<b>Tea</b>", "hours": "24", "steps": STEPS})

    shown = page(editor, f"funnels/?{DAYS}")
    assert "&lt;b&gt;Tea" in shown and "article_view /articles/tea/" in shown
    assert "<td>2</td><td>1</td><td>1</td><td>50.0 %</td>" in shown
    editor.post(f"{HOME}funnels/{Funnel.objects.get().pk}/forget/")
    assert not Funnel.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "funnel.made",
        "funnel.forgotten",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "name: give it one"),
        ({"hours": "0"}, "hours: a number"),
        ({"steps": "page_view"}, "Nothing was saved"),
        ({"steps": "rain /\nrain /"}, "Nothing was saved"),
    ],
)
def test_a_funnel_that_is_none_is_refused_in_words(editor, change, words):
    given = {"name": "Tea", "hours": "24", "steps": STEPS} | change

    answer = editor.post(f"{HOME}funnels/make/", given)

    assert words in answer.content.decode()
    assert not Funnel.objects.exists() and not AuditEntry.objects.exists()


def test_now_shows_the_last_minutes(editor):
    put("page_view", at=timezone.now() - timedelta(minutes=2), visitor=1, path="/", device="desktop")

    shown = page(editor, "now/")

    assert 'data-stream="/admin/analytics/now/stream/"' in shown and "<dd>1</dd>" in shown


def test_now_is_told_over_a_stream_of_which_there_are_few_and_which_ends(editor, monkeypatch):
    monkeypatch.setattr(streaming, "EVERY_SECONDS", 0)
    put("page_view", at=timezone.now() - timedelta(minutes=2), visitor=1, path="/<b>", device="desktop")
    first = editor.get(f"{HOME}now/stream/")
    taken = editor.get(f"{HOME}now/stream/")

    told = [part.decode() for part in first.streaming_content]
    request_finished.disconnect(close_old_connections)  # as the client does: the test's own is still needed
    first.close()

    assert (taken.status_code, taken["Retry-After"]) == (429, "10")
    assert first["Content-Type"] == "text/event-stream" and len(told) == streaming.TIMES
    assert all(line.startswith("data: ") for line in told[0].strip().splitlines()) and told[0].endswith("\n\n")
    assert "<dd>1</dd>" in told[0] and "/&lt;b&gt;" in told[0]
    again = editor.get(f"{HOME}now/stream/")
    again.close()
    request_finished.connect(close_old_connections)
    assert again.status_code == 200


@pytest.mark.parametrize(
    "address", [*(f"{page.slug}/" for page in PAGES), "now/stream/", "funnels/make/", "funnels/1/forget/"]
)
@pytest.mark.parametrize("who", [Role.CUSTOMER, None])
def test_nobody_else_reads_or_changes_anything(address, who):
    client = signed_in(who) if who else Client()

    for answer in (
        client.get(HOME + address),
        client.post(HOME + address, {"name": "x", "hours": "1", "steps": STEPS}),
    ):
        assert answer.status_code == 302 and "login" in answer["Location"]
    assert not Funnel.objects.exists()


@pytest.mark.parametrize("address", [f"{page.slug}/" for page in PAGES])
def test_pages_only_read(editor, address):
    assert editor.post(HOME + address).status_code == 405


def test_a_row_bears_the_sites_own_day_east_of_greenwich_too(editor, settings):
    settings.ANALYTICS_TIME_ZONE = "Europe/Berlin"
    put("page_view", at=NOON, visitor=1, path="/", device="desktop")
    counted(Range(day_of(NOON), day_of(NOON)))

    shown = page(editor, f"overview/?{DAYS}")

    assert "<title>20 Nov: 1</title>" in shown and "<title>18 Nov" not in shown


def test_the_cards_are_taken_away_too(editor, some_events):
    told = editor.get(f"{HOME}overview/?{DAYS}&csv=In short").content.decode().splitlines()

    assert told[0] == "What,How much,Against the period before"
    assert [line.partition(",")[0] for line in told[1:3]] == ["Visitors", "Views"]


def test_a_csv_is_split_as_the_page_was(editor, some_events):
    editor.post(f"{HOME}funnels/make/", {"name": "Tea", "hours": "24", "steps": STEPS})

    shown = page(editor, f"funnels/?{DAYS}&by=device")
    (link,) = re.findall(r'href="([^"]*csv=Tea[^"]*)"', shown)
    told = editor.get(HOME + "funnels/" + html.unescape(link)).content.decode().splitlines()

    assert [row.split(",")[0] for row in told[1:]] == ["desktop", "mobile"]


def test_retention_remembers_that_days_were_asked_for(editor):
    assert '<option value="day" selected>' in page(editor, f"retention/?{DAYS}&period=day")


EDGES = ["from=0001-01-01&to=0001-01-10", "to=9999-12-31&from=9999-12-01", "from=1969-01-01&to=1969-02-01"]


@pytest.mark.parametrize("name", [page.slug for page in PAGES])
@pytest.mark.parametrize("days", EDGES)
def test_no_page_stumbles_at_the_calendars_ends(editor, name, days):
    page(editor, f"{name}/?{days}")


@pytest.mark.parametrize("change", [{"hours": "9" * 5_000}, {"name": "a\0b"}, {"steps": "page_view /\0\npage_view /"}])
def test_odd_words_in_a_funnel_are_refused_and_kept(editor, change):
    given = {"name": "My tea", "hours": "24", "steps": STEPS} | change

    answer = editor.post(f"{HOME}funnels/make/", given)

    assert answer.status_code == 400
    assert "Nothing was saved" in answer.content.decode()
    assert "article_view /articles/tea/" in answer.content.decode() or "steps" in change
    assert not Funnel.objects.exists()


def test_what_is_not_there_is_an_empty_cell_of_a_csv(editor):
    told = editor.get(f"{HOME}engagement/?from=2026-11-20&to=2026-11-20&csv=Engagement").content.decode()

    assert told.splitlines()[1] == "2026-11-20,0,,,"


def test_each_table_has_a_file_of_its_own(editor, some_events):
    names = [editor.get(f"{HOME}devices/?{DAYS}&csv={name}")["Content-Disposition"] for name in ("Devices", "Browsers")]

    assert names == ['attachment; filename="devices-devices.csv"', 'attachment; filename="devices-browsers.csv"']


def test_a_funnel_forgotten_stays_on_the_record_whole(editor):
    editor.post(f"{HOME}funnels/make/", {"name": "Tea", "hours": "24", "steps": STEPS})
    made = Funnel.objects.get()

    assert "Forget Tea for good" in page(editor, "funnels/")
    editor.post(f"{HOME}funnels/{made.pk}/forget/")

    entry = AuditEntry.objects.get(action="funnel.forgotten")
    assert entry.before == {"name": "Tea", "steps": made.steps, "window_hours": 24}


@pytest.mark.parametrize(
    ("address", "action"), [("searches/", "searches.read"), (f"articles/?{DAYS}&csv=Articles", "figures.exported")]
)
def test_who_reads_what_people_typed_or_takes_figures_away_is_written_down(editor, some_events, address, action):
    editor.get(HOME + address)

    assert AccessEntry.objects.get().action == action


def test_the_heat_map_is_darker_where_more_came_back():
    cohort = Cohort(start=NOON.date(), people=10, returned=[10, 5, 0, None])

    assert [(str(cell), cell.level) for cell in _cohort(cohort, 5)[2:6]] == [
        ("100.0 %", 10), ("50.0 %", 5), ("0.0 %", 0), ("", None),
    ]  # fmt: skip


def test_numbers_of_articles_and_sources_are_those_of_the_events(editor, some_events):
    assert "<td>1</td><td>1</td><td>0</td><td>0</td>" in page(editor, f"articles/?{DAYS}")
    referrers = editor.get(f"{HOME}referrers/?{DAYS}&csv=Referrers").content.decode().splitlines()
    assert sorted(referrers[1:]) == ['"Direct, or not told",2,2,0', "search.example,1,1,0"]
    devices = editor.get(f"{HOME}devices/?{DAYS}&csv=Devices").content.decode().splitlines()
    assert devices[1:] == ["desktop,1,2,0", "mobile,1,1,0"]


def test_an_export_needs_its_permission(editor, some_events, monkeypatch):
    monkeypatch.setitem(PERMISSIONS, Role.EDITOR, PERMISSIONS[Role.EDITOR] - {"analytics.export_analytics"})

    assert editor.get(f"{HOME}articles/?{DAYS}&csv=Articles").status_code == 403
    assert "as CSV" not in page(editor, f"articles/?{DAYS}")
