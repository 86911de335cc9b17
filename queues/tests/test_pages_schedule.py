"""The schedule's page: what runs by the clock, whether it is late, and its three buttons, each asked for first."""

import time
from types import SimpleNamespace

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from queues import schedule
from queues.declare import JOBS, Definition, Payload
from queues.models import Job, ScheduleEntry, State
from queues.schedule import fire, switch_off
from queues.tests.browsing import PAGES, asked, browser, fragment, read
from queues.tests.calling import everything
from queues.tests.given import OWNER, column
from queues.tests.sample_jobs import QUEUE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

NAME, HOUR = "test-hourly", 3600
PAGE = f"{PAGES}schedule/"
QUERIES = 4  # three for the schedule, alerts


@pytest.fixture(autouse=True)
def hourly(monkeypatch):
    """The whole schedule: one job, every hour."""
    monkeypatch.setattr(schedule, "JOBS", {})
    add(monkeypatch, NAME)


@pytest.fixture
def a_quarter_past(monkeypatch):
    """The clock of the schedule stands at a quarter past the last full hour; its seconds since the epoch."""
    now = time.time()
    at = now - now % HOUR + 15 * 60
    monkeypatch.setattr(schedule, "time", SimpleNamespace(time=lambda: at))
    return at


def add(monkeypatch, name):
    definition = Definition(name, QUEUE, Payload, lambda ctx, payload: None, 60, every_seconds=HOUR)
    monkeypatch.setitem(schedule.JOBS, name, definition)
    monkeypatch.setitem(JOBS, name, definition)


def look():
    page = fragment(browser(), PAGE)
    assert page.status == 200
    return page


def entry(page, name=NAME):
    return page.by_id(f"entry-{name}")


def record():
    return list(AuditEntry.objects.order_by("pk").values_list("action", "target_type", "target_id", "actor_label"))


def test_what_never_ran_is_listed_with_its_next_run(a_quarter_past):
    page = look()

    row = entry(page)
    cells = row.cells()
    assert row.all("th")[0].text == f"{NAME} in {QUEUE.name}"
    assert (cells["Runs"], cells["Last run"]) == ("every hour on", "not yet")
    next_at = timezone.datetime.fromtimestamp(a_quarter_past + 45 * 60, timezone.get_default_timezone())
    assert f"{next_at:%H:%M:%S} UTC" in cells["Next run"] or f"{next_at:%H:%M} UTC" in cells["Next run"]
    assert not page.has("late")


def test_its_last_job_is_a_link_and_says_what_became_of_it(a_quarter_past):
    fire(NAME, now=a_quarter_past)
    job = Job.objects.get()
    column(job, state=State.COMPLETED, finished_at=timezone.now())

    last = entry(look()).all("td")[1]

    (link,) = last.all("a")
    assert (link["href"], link.text) == (f"{PAGES}{QUEUE.name}/jobs/{job.pk}/", "its job")
    assert last.text.endswith("its job completed")


def test_a_job_that_is_not_kept_any_more_is_no_link(a_quarter_past):
    fire(NAME, now=a_quarter_past)
    Job.objects.all().delete()

    last = entry(look()).all("td")[1]

    assert (last.all("a"), last.text.endswith("Its job is not kept any more.")) == ([], True)


@pytest.mark.parametrize(("hours", "words"), [(2, "2 runs missed"), (1, "1 run missed")])
def test_what_no_beat_fired_is_called_late(a_quarter_past, hours, words):
    fire(NAME, now=a_quarter_past - hours * HOUR)

    page = look()

    assert page.by_id("late").text == f"{NAME} is late: {words}. Is beat running?"
    assert entry(page).cells()["Last run"].endswith(f"{words} since")


def test_what_is_off_is_not_late_and_says_so(a_quarter_past):
    fire(NAME, now=a_quarter_past - 9 * HOUR)
    switch_off(name=NAME, actor=OWNER)

    page = look()

    assert not page.has("late")
    assert (entry(page).cells()["Runs"], entry(page).cells()["Next run"]) == ("every hour off", "none while it is off")
    assert [link.text for link in entry(page).all("td")[-1].all("a")] == ["Run now", "Switch on"]


def test_an_empty_schedule_says_that_it_is(monkeypatch):
    monkeypatch.setattr(schedule, "JOBS", {})

    assert "Nothing is on the schedule" in look().text


def test_what_the_rooms_have_scheduled_is_there(monkeypatch):
    monkeypatch.setattr(schedule, "JOBS", JOBS)

    assert entry(look(), "recount-jobs").cells()["Runs"] == "every day on"


def test_switching_off_is_asked_for_done_and_on_record():
    http, url = browser(), f"{PAGE}{NAME}/off/"
    words = read(http.get(url)).text
    assert f"Switch {NAME} off?" in words and "It ran every hour, and does no more." in words
    assert (ScheduleEntry.objects.count(), record()) == (0, [])

    answer = http.post(url)

    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert list(ScheduleEntry.objects.values_list("name", "enabled")) == [(NAME, False)]
    assert record() == [("schedule.switched_off", "schedule", NAME, "owner@copydesk.example")]
    assert f"{NAME} is off. It does not run until you switch it on." in read(http.get(PAGE)).text


def test_switching_on_is_asked_for_done_and_on_record():
    switch_off(name=NAME, actor=OWNER)
    http, url = browser(), f"{PAGE}{NAME}/on/"
    assert "It runs every hour again" in read(http.get(url)).text
    assert ScheduleEntry.objects.get().enabled is False

    answer = http.post(url)

    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert ScheduleEntry.objects.get().enabled is True
    assert record()[1:] == [("schedule.switched_on", "schedule", NAME, "owner@copydesk.example")]


@pytest.mark.parametrize(("verb", "enabled"), [("on", True), ("off", False)])
def test_what_is_switched_so_already_is_refused(verb, enabled):
    ScheduleEntry.objects.create(name=NAME, enabled=enabled)
    http = browser()
    before = everything()

    answer = http.post(f"{PAGE}{NAME}/{verb}/")

    assert (answer.status_code, f"Nothing was done: {NAME} is {verb} already." in read(answer).text) == (409, True)
    assert everything() == before


@pytest.mark.parametrize("is_on", [True, False])
def test_run_now_enqueues_one_job_and_leads_to_it(is_on):
    ScheduleEntry.objects.create(name=NAME, enabled=is_on)
    http, url = browser(), f"{PAGE}{NAME}/run/"
    words = read(http.get(url)).text
    assert ("Its own next time stays" in words, "It stays switched off." in words) == (is_on, not is_on)
    assert Job.objects.count() == 0

    answer = http.post(url, {"next": PAGE})

    job = Job.objects.get()
    assert (job.name, job.state, ScheduleEntry.objects.get().last_job_id) == (NAME, State.WAITING, None)
    assert (answer.status_code, answer["Location"]) == (303, f"{PAGES}{QUEUE.name}/jobs/{job.pk}/")
    assert record() == [("schedule.run_now", "schedule", NAME, "owner@copydesk.example")]


@pytest.mark.parametrize("verb", ["on", "off", "run"])
@pytest.mark.parametrize("name", ["test-job", "nothing"])
def test_what_is_not_on_the_schedule_has_no_page(verb, name):
    http = browser()
    before = everything()

    assert [ask(f"{PAGE}{name}/{verb}/").status_code for ask in (http.get, http.post)] == [404, 404]

    assert everything() == before


def test_as_many_queries_however_long_it_is(monkeypatch, a_quarter_past):
    http = browser()
    for n in range(5):
        add(monkeypatch, f"test-{n}")
        fire(f"test-{n}", now=a_quarter_past)

    assert asked(http, PAGE) == QUERIES
