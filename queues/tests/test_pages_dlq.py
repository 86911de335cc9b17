"""The dead letters' list: by cause and letter by letter, found by filter, without secrets, for owners only."""

from typing import Any

import pytest
from django.urls import resolve

from accounts import roles
from accounts.roles import Role
from audit.masking import MASK
from audit.models import AccessEntry, AuditEntry
from queues.models import Attempt, DeadLetter, Job
from queues.replay import replay
from queues.tests.browsing import browser, fragment, read
from queues.tests.calling import everything
from queues.tests.dead import dead, many_dead
from queues.tests.given import OWNER, put, row
from queues.views.addresses import job_url, letter_url, letters_url, queue_url
from queues.views.guard import VIEW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
DLQ = "/admin/queues/dlq/"
WHY = {"reason": "the cause is mended"}
SCRIPT = "<script>alert(1)</script>"


def listed(page: Any) -> list[str]:
    """The letters of the list, by id, in its order."""
    return [tr["id"].removeprefix("letter-") for tr in page.all("tr") if tr.get("id").startswith("letter-")]


def causes(page: Any) -> list[Any]:
    return [tr for tr in page.all("tr") if tr.get("id").startswith("cause-")]


def cells(line: Any) -> dict[str, str]:
    """Of a row, the words of each cell that has a label: ticks and buttons have none."""
    return {td["data-label"]: td.text for td in line.all("td") if td.get("data-label")}


def addresses(job: Job) -> list[str]:
    one = letter_url(job.pk)
    return [DLQ, one, f"{one}replay/", f"{one}delete/", f"{DLQ}replay/?all=true", f"{DLQ}delete/?all=true"]


# --- who may


def test_a_visitor_is_sent_to_sign_in():
    job = dead()
    before = everything()

    answers = [(url, browser(None).get(url)) for url in addresses(job)]

    assert [answer.status_code for _, answer in answers] == [302] * 6
    assert all(answer["Location"].startswith("/admin/login/?next=/admin/queues/dlq/") for _, answer in answers)
    assert everything() == before


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CUSTOMER])
def test_whoever_is_no_owner_is_refused_and_it_is_on_record(role):
    job = dead("the words of the error")
    http, urls = browser(role), addresses(job)
    before = everything(AuditEntry)

    answers = [http.get(url) for url in urls] + [http.post(url, WHY) for url in urls[2:]]

    assert [answer.status_code for answer in answers] == [403] * 10
    assert not any("the words of the error" in answer.content.decode() for answer in answers)
    assert everything(AuditEntry) == before
    entries = AuditEntry.objects.values_list("action", "actor_label").distinct()
    assert list(entries) == [("access.refused", f"{role.value}@copydesk.example")]
    assert AuditEntry.objects.count() == 10


def test_looking_changes_nothing():
    job = dead()
    http = browser()
    before = everything()

    assert [http.get(url).status_code for url in addresses(job)] == [200] * 6

    assert (everything(), AccessEntry.objects.count()) == (before, 0)


def test_whoever_may_only_look_finds_nothing_to_press(monkeypatch):
    monkeypatch.setattr(roles, "PERMISSIONS", {**roles.PERMISSIONS, Role.EDITOR: frozenset({VIEW})})
    job = dead()
    http = browser(Role.EDITOR)

    pages = [fragment(http, DLQ), fragment(http, letter_url(job.pk))]

    offered = [url for page in pages for url in page.links() + [form["action"] for form in page.all("form")]]
    assert [url for url in offered if "/replay/" in url or "/delete/" in url or "/payload/" in url] == []
    assert [
        box["name"] for box in pages[0].all("input") if box.get("type") == "checkbox" and "name" in box.attributes
    ] == []


# --- where it stands


def test_the_addresses_stand_before_the_queue_of_the_same_name():
    job = dead()

    assert (letters_url(), letter_url(job.pk)) == (DLQ, f"{DLQ}{job.pk}/")
    assert resolve(DLQ).url_name == "dead-letters"
    assert resolve(f"{DLQ}replay/").url_name == "dead-letters-replay"
    assert (resolve(queue_url("dlq")).url_name, queue_url("dlq")) == ("jobs", f"{DLQ}jobs/")
    assert browser().get(queue_url("dlq")).status_code == 200


def test_a_letter_that_never_was_is_not_there():
    unknown = letter_url(put().pk)

    assert [browser().get(unknown + part).status_code for part in ("", "replay/", "delete/")] == [404] * 3


# --- the list


def test_one_cause_is_one_row_that_says_how_many_since_when_and_what():
    jobs = many_dead(3, error="no such order 4711")
    dead("no salt", name="test-forked")

    page = fragment(browser(), DLQ)

    other, cause = causes(page)
    assert cause.all("th")[0].text == f"{row(min(jobs, key=lambda job: str(job.pk))).error} tests.Broken"
    assert (cells(cause)["Letters"], cells(cause)["Job"]) == ("3", "test-job in test.queue")
    first, last = (cell.all("time")[0]["datetime"] for cell in cause.all("td") if cell.all("time"))
    assert first.startswith(f"{jobs[0].finished_at:%Y-%m-%dT%H:%M:%S}")
    assert last.startswith(f"{jobs[2].finished_at:%Y-%m-%dT%H:%M:%S}")
    assert (cells(other)["Letters"], cells(other)["Job"]) == ("1", "test-forked in test.forked")
    assert page.by_id("letters-heading").text == "4 letters"


def test_a_cause_leads_to_its_letters_and_to_what_can_be_done_about_them():
    jobs = many_dead(2, error="no bread")
    dead("no salt")
    mark = DeadLetter.objects.get(pk=jobs[0].pk).fingerprint
    http = browser()

    cause = causes(fragment(http, DLQ))[1]
    show, count, queue, replay_all, delete_all = (link["href"] for link in cause.all("a"))

    assert show == count == f"{DLQ}?fingerprint={mark}"
    assert (queue, replay_all) == (queue_url("test.queue"), f"{DLQ}replay/?fingerprint={mark}")
    assert delete_all == f"{DLQ}delete/?fingerprint={mark}"
    assert listed(fragment(http, show)) == [str(job.pk) for job in reversed(jobs)]


def test_the_list_says_of_each_what_it_was_about_and_why_it_died(subject):
    job = dead("no bread\nin the house", subject=("sample", "7"))

    line = fragment(browser(), DLQ).by_id(f"letter-{job.pk}")

    assert (cells(line)["About"], cells(line)["Error"]) == ("sample 7", "no bread Every attempt failed.")
    assert line.all("th")[0].all("a")[0]["href"] == letter_url(job.pk)
    assert [box["value"] for box in line.all("input")] == [str(job.pk)]


def test_the_list_is_walked_to_its_end_and_back(monkeypatch):
    monkeypatch.setattr("queues.letters.page.__kwdefaults__", {"cursor": None, "page_size": 3})
    newest_first = [str(job.pk) for job in reversed(many_dead(5))]
    http = browser()

    first = fragment(http, DLQ)
    second = fragment(http, link(first, "Next"))

    assert (listed(first), listed(second)) == (newest_first[:3], newest_first[3:])
    assert (link(first, "Previous"), link(second, "Next"), link(second, "First page")) == ("", "", DLQ)
    assert listed(fragment(http, link(second, "Previous"))) == newest_first[:3]
    assert (len(causes(first)), len(causes(second))) == (1, 0)


def link(page: Any, words: str) -> str:
    return next((a["href"] for a in page.all("a") if a.text == words), "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "one two three"),
        ({"queue": "test.queue"}, "one two"),
        ({"name": "test-forked"}, "three"),
        ({"q": "BREAD"}, "one three"),
        ({"q": "subject:sample:7", "queue": "test.queue"}, "one"),
        ({"since": "2026-03-01T00:00", "before": ""}, "two three"),
        ({"before": "2026-03-01T00:00:00Z"}, "one"),
        ({"since": "2026-02-01T00:00+02:00", "before": "2026-04-01"}, "one two"),
        ({"queue": "test.queue", "name": "test-forked"}, ""),
        ({"something": "else"}, "one two three"),
    ],
)
def test_the_address_says_which_letters(query, expected):
    jobs = {
        "one": dead("no bread", subject=("sample", "7")),
        "two": dead("no salt", subject=("sample", "8")),
        "three": dead("no bread", name="test-forked"),
    }
    for job, month in zip(jobs.values(), (2, 3, 4), strict=True):
        DeadLetter.objects.filter(pk=job.pk).update(died_at=f"2026-0{month}-15T12:00:00Z")

    page = fragment(browser(), DLQ, **query)

    assert set(listed(page)) == {str(jobs[name].pk) for name in expected.split()}
    assert page.has("unfiltered") == (expected not in ("", "one two three"))


def test_ticked_letters_can_be_listed_by_themselves():
    one, _, three = many_dead(3)

    page = read(browser().get(DLQ, {"id": [str(one.pk), str(three.pk)]}))

    assert listed(page) == [str(three.pk), str(one.pk)]


def test_the_form_keeps_what_was_asked():
    dead()

    page = fragment(browser(), DLQ, q="no", queue="test.queue", since="2026-01-31T14:00", fingerprint="")

    assert (page.by_id("q")["value"], page.by_id("by-since")["value"]) == ("no", "2026-01-31T14:00:00")
    assert [option.text for option in page.all("option") if "selected" in option.attributes] == ["test.queue"]
    assert "open" in page.by_id("more-filters").attributes


@pytest.mark.parametrize(
    ("query", "named"),
    [({"since": "yesterday"}, "died since"), ({"q": "x" * 201}, "search"), ({"id": "7"}, "the ticked letters")],
)
def test_what_cannot_be_understood_is_said_so(query, named):
    dead()

    page = read(browser().get(DLQ, query))

    assert (page.status, listed(page)) == (400, [])
    assert page.by_id("problem").text == f"Not understood: {named}. Times are written like 2026-01-31T14:00, in UTC."


def test_a_place_in_the_list_nobody_handed_out_leads_to_its_beginning():
    page = read(browser().get(DLQ, {"cursor": "x", "queue": "test.queue"}))

    assert (page.status, f"{DLQ}?queue=test.queue" in page.links()) == (400, True)


def test_nothing_dead_and_nothing_found_are_two_things():
    http = browser()

    assert "No dead letters" in fragment(http, DLQ).by_id("no-letters").text
    dead()
    nothing = fragment(http, DLQ, q="nowhere")
    assert "No dead letter matches." in nothing.by_id("no-letters").text
    assert link(nothing, "Show all of them") == DLQ


def test_what_was_replayed_is_no_longer_listed():
    job = dead()
    replay(job_id=job.pk, actor=OWNER, reason="x")

    assert listed(fragment(browser(), DLQ)) == []


def test_a_longer_list_asks_the_database_no_more(django_assert_max_num_queries, django_assert_num_queries):
    http = browser()
    many_dead(2)
    with django_assert_max_num_queries(30) as asked:
        fragment(http, DLQ)
    many_dead(40)

    with django_assert_num_queries(len(asked)):
        fragment(http, DLQ)


# --- what must not be shown


def test_no_error_becomes_part_of_the_page():
    job = dead(f"broken {SCRIPT}", subject=("sample", SCRIPT))
    http = browser()

    for url in [*addresses(job), f"{DLQ}?q=<script>", f"{DLQ}?q=broken&name={SCRIPT}"]:
        assert SCRIPT not in http.get(url).content.decode(), url
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in http.get(DLQ).content.decode()
    assert read(http.get(letter_url(job.pk))).by_id("letter-error").text == f"broken {SCRIPT}"


def test_a_secret_job_shows_neither_payload_nor_words():
    job = dead("the words 7K3Q", name="test-secret", payload={"note": "the payload 7K3Q"})
    Attempt.objects.filter(job=job).update(traceback="line 7K3Q")
    DeadLetter.objects.filter(pk=job.pk).update(reaction_error="reacted 7K3Q")
    http = browser()

    for url in addresses(job):
        assert "7K3Q" not in http.get(url).content.decode(), url
    page = fragment(http, letter_url(job.pk))
    assert page.by_id("letter-error").text == "Not shown: this kind of job is declared secret."
    assert (page.has("job-secret"), page.has("job-payload")) == (True, False)


def test_what_looks_secret_is_masked_and_the_job_can_reveal_it():
    job = dead("Bearer abcdef123456 refused", payload={"note": "sk-abcdefgh1234"})

    page = fragment(browser(), letter_url(job.pk))

    assert page.by_id("letter-error").text == f"Bearer {MASK} refused"
    assert page.by_id("job-payload").all("pre")[0].text == f'{{ "note": "sk-{MASK}" }}'
    assert f"{job_url('test.queue', job.pk)}payload/" in page.links()
