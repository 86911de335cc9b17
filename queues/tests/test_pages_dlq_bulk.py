"""Many dead letters at once, on the owner's pages: counted, confirmed, given to one job, and told how far it is."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from audit.models import AuditEntry
from queues import letters
from queues.bulk import DELETING, REPLAYING, Filter, replay_all
from queues.cancelling import cancel
from queues.draining import drain
from queues.models import DeadLetter, Job, State
from queues.tests.browsing import browser, fragment, read
from queues.tests.calling import everything
from queues.tests.dead import dead, many_dead
from queues.tests.given import OWNER, claimed, column, row
from queues.tests.test_bulk import the_mixed_bag
from queues.views.addresses import job_url, letter_url, order_url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
DLQ = "/admin/queues/dlq/"
WHY = {"reason": "the cause is mended"}
BOTH = pytest.mark.parametrize(("verb", "name"), [("replay", REPLAYING), ("delete", DELETING)])


def figures(page: Any) -> dict[str, str]:
    return {line.all("dt")[0].text: line.all("dd")[0].text for line in page.all("div") if line.inside("dl")}


def answered(page: Any, **more: str) -> dict[str, list[str]]:
    """The form's fields as a browser would send them."""
    fields: dict[str, list[str]] = {name: [value] for name, value in more.items()}
    for field in page.by_id("confirm").all("input"):
        fields.setdefault(field["name"], []).append(field["value"])
    return fields


def title(page: Any) -> str:
    return next(h2.text for h2 in page.all("h2") if h2.get("class") == "q-title")


def bulks() -> list[Job]:
    return list(Job.objects.filter(name__in=(REPLAYING, DELETING)).order_by("id"))


def progress(job: Job) -> str:
    return f"{DLQ}bulk/{job.pk}/"


# --- what would become of them


def test_the_dry_run_tells_each_fate(subject):
    the_mixed_bag(subject)
    http = browser()
    before = everything()

    page = read(http.get(f"{DLQ}replay/?queue=test.queue"))

    assert (page.status, everything() == before) == (200, True)
    assert figures(page) == {
        "Match": "9",
        "Would be replayed": "3",
        "Conflict with a job of the same key": "2",
        "No longer fit what this release declares": "2",
        "Refused by what they are about": "2",
    }
    assert title(page) == "Replay 3 dead letters?"
    assert page.by_id("confirm").all("button")[0].text == "Replay 3 dead letters"
    assert "Every dead letter in test.queue that died before" in page.text
    assert "required" in page.by_id("confirm-reason").attributes


def test_before_many_are_deleted_it_says_how_many_for_good(subject):
    the_mixed_bag(subject)

    page = read(browser().get(f"{DLQ}delete/?queue=test.queue"))

    assert figures(page) == {"Would be deleted": "9", "Of these, could be replayed instead": "3"}
    assert page.by_id("confirm").all("button")[0].text == "Delete 9 dead letters"
    assert "This cannot be undone." in page.by_id("confirm").text


def test_what_could_not_be_asked_in_time_is_said(subject, monkeypatch):
    subject(on_replay=lambda job: None)
    dead(subject=("thing", "3"))
    monkeypatch.setattr("queues.forecast.ASK_SECONDS", 0)

    told = figures(read(browser().get(f"{DLQ}replay/?all=true")))

    assert told["Of those that would be replayed, not yet asked about: it took too long"] == "1"


def test_when_none_can_be_replayed_there_is_nothing_to_press():
    column(dead(), payload={"note": 7})

    page = read(browser().get(f"{DLQ}replay/?all=true"))

    assert title(page) == "None of them can be replayed now"
    assert (page.by_id("confirm").all("button"), page.has("confirm-reason")) == ([], False)


@BOTH
def test_bulk_orders_that_died_are_left_out_and_that_is_said(verb, name):
    many_dead(2)
    many_dead(1, queue="dlq", name=DELETING)
    http = browser()

    page = read(http.get(f"{DLQ}{verb}/?all=true"))

    assert figures(page)["Left out: bulk orders that died, which are taken one by one only"] == "1"
    alone = read(http.get(f"{DLQ}{verb}/?queue=dlq"))
    assert (title(alone), alone.has("confirm")) == ("Nothing to do", False)
    offered = [url for url in fragment(http, DLQ).links() if f"/dlq/{verb}/?fingerprint" in url]
    assert len(offered) == 1


# --- which


@BOTH
@pytest.mark.parametrize("query", ["", "?queue=", "?since=yesterday", "?id=7", "?all=true&queue=test.queue"])
def test_nothing_chosen_is_not_everything(verb, name, query):
    dead()
    http = browser()
    before = everything()

    asked, told = http.get(f"{DLQ}{verb}/{query}"), http.post(f"{DLQ}{verb}/{query}", WHY)

    assert (asked.status_code, told.status_code, everything() == before) == (400, 400, True)
    assert not read(asked).has("confirm")
    if query in ("", "?queue="):
        assert "Nothing is chosen. Tick some letters first, or take all that match." in read(asked).text


def test_the_ticked_are_taken_and_no_other(script):
    one, two, three = many_dead(3)
    http = browser()

    page = read(http.get(f"{DLQ}replay/", {"id": [str(one.pk), str(three.pk)]}))
    assert "The 2 chosen letters." in page.text
    http.post(f"{DLQ}replay/", answered(page, **WHY))
    drain(only=REPLAYING)

    assert [row(job).state for job in (one, two, three)] == [State.WAITING, State.DEAD, State.WAITING]


def test_all_that_match_is_what_the_list_shows():
    jobs = many_dead(2, error="no bread")
    many_dead(3, error="no salt", queue="test.forked", name="test-forked")
    http = browser()

    page = fragment(http, DLQ, q="bread", queue="test.queue")
    (url,) = (a["href"] for a in page.all("a") if a.text == "Replay all")

    assert url == order_url("queues:dead-letters-replay", Filter(queue="test.queue", q="bread"))
    assert figures(read(http.get(url)))["Match"] == str(len(jobs))
    assert order_url("queues:dead-letters-replay", letters.EVERYTHING) == f"{DLQ}replay/?all=true"


# --- the order


@BOTH
def test_without_a_reason_no_order_is_given_and_the_choice_is_kept(verb, name):
    jobs = many_dead(2)
    http = browser()
    asked = answered(read(http.get(f"{DLQ}{verb}/?queue=test.queue&q=no")))
    before = everything()

    page = read(http.post(f"{DLQ}{verb}/", {**asked, "reason": " "}))

    assert (page.status, everything() == before) == (422, True)
    assert "Please say why." in page.by_id("confirm").text
    again = answered(page)
    assert [again[field] for field in ("queue", "q", "before")] == [["test.queue"], ["no"], asked["before"]]
    assert str(len(jobs)) in figures(page).values()


@BOTH
def test_an_order_is_one_job_for_exactly_what_was_counted(verb, name):
    counted = many_dead(2)
    http = browser()
    page = read(http.get(f"{DLQ}{verb}/?queue=test.queue"))
    late = dead()

    answer = http.post(f"{DLQ}{verb}/", answered(page, **WHY, next=f"{DLQ}?queue=test.queue"))

    (job,) = bulks()
    assert (answer.status_code, answer["Location"], job.name) == (303, progress(job), name)
    wanted = {field: job.payload[field] for field in ("queue", "name", "q", "fingerprint", "ids", "reason")}
    assert wanted == {"queue": "test.queue", "name": "", "q": "", "fingerprint": "", "ids": [], **WHY}
    assert job.payload["actor"]["label"] == "owner@copydesk.example"
    entry = AuditEntry.objects.get()
    assert (entry.target_id, entry.reason, entry.after["letters"]) == (str(job.pk), WHY["reason"], 2)
    assert {row(job).state for job in (*counted, late)} == {State.DEAD}

    assert drain(only=name) == [(name, "SUCCESS")]
    assert [letter.pk for letter in letters.page().letters] == [late.pk]


def test_deleting_many_leaves_a_tombstone_each():
    jobs = many_dead(3)
    http = browser()

    http.post(f"{DLQ}delete/", answered(read(http.get(f"{DLQ}delete/?all=true")), **WHY))
    drain(only=DELETING)

    assert (DeadLetter.objects.count(), Job.objects.filter(name="test-job").count()) == (0, 0)
    tombstones = AuditEntry.objects.filter(action="dead_letter.deleted", reason=WHY["reason"])
    assert {entry.target_id for entry in tombstones} == {str(job.pk) for job in jobs}


@BOTH
def test_when_all_are_gone_meanwhile_no_order_is_given(verb, name):
    job = dead()
    http = browser()
    fields = answered(read(http.get(f"{DLQ}{verb}/?all=true")), **WHY)
    http.post(f"{letter_url(job.pk)}delete/", WHY)

    page = read(http.post(f"{DLQ}{verb}/", fields))

    assert (page.status, title(page), bulks()) == (409, "Nothing to do", [])


# --- how far it is


@pytest.fixture
def order() -> Job:
    many_dead(4)
    return replay_all(filter=Filter(queue="test.queue"), actor=OWNER, reason="<b>the</b> cause is mended")


def test_an_order_that_waits_says_why_and_who_gave_it(order):
    page = fragment(browser(), progress(order))

    assert page.by_id("order-why").text == "No relay is running: nothing is handed to the workers."
    facts = page.by_id("order-facts").text
    assert f"Ordered by {OWNER.label}" in facts
    assert "Reason <b>the</b> cause is mended" in facts
    assert "Letters Every dead letter in test.queue that died before" in facts
    assert {f"{job_url('dlq', order.pk)}cancel/", job_url("dlq", order.pk)} <= set(page.links())


def test_an_order_under_way_says_how_many_are_done_and_the_list_leads_to_it(order):
    claimed(order)
    column(order, progress=25, progress_message="1 of 4")
    http = browser()

    assert fragment(http, progress(order)).by_id("order-progress").text == "25 %: 1 of 4 taken"
    banner = fragment(http, DLQ).by_id(f"order-{order.pk}")
    assert banner.text == "A replay of dead letters is under way: 1 of 4 taken. See how far it is"
    assert banner.all("a")[0]["href"] == progress(order)


def test_an_order_that_is_done_says_what_was_refused_and_why(subject):
    the_mixed_bag(subject)
    order = replay_all(filter=Filter(queue="test.queue"), actor=OWNER, reason="x")
    drain(only=REPLAYING)
    http = browser()

    page = fragment(http, progress(order))

    assert figures(page) == {"Replayed": "3", "Refused": "6", "Taken by somebody else meanwhile": "0"}
    reasons = [li.text for li in page.by_id("order-reasons").all("li")]
    assert reasons[0] == "2 another job with the same key is under way"
    assert {"1 the order was refunded", "1 its payload no longer fits test-job: 1 fault"} <= set(reasons)
    (left,) = (a["href"] for a in page.by_id("order-reasons").all("a"))
    assert fragment(http, left).by_id("letters-heading").text == "6 letters match"
    assert not [link for link in page.links() if link.endswith("/cancel/")]
    assert not fragment(http, DLQ).has(f"order-{order.pk}")


def test_an_order_all_of_which_went_well_gives_no_reasons(order):
    drain(only=REPLAYING)

    page = fragment(browser(), progress(order))

    assert figures(page) == {"Replayed": "4", "Refused": "0", "Taken by somebody else meanwhile": "0"}
    assert not page.has("order-reasons")


def test_an_order_that_was_stopped_says_how_far_it_came(order):
    column(order, progress_message="2 of 4")
    cancel(job_id=order.pk, actor=OWNER, reason="second thoughts")

    stopped = fragment(browser(), progress(order)).by_id("order-stopped").text

    assert stopped == "Stopped when 2 of 4 were taken: second thoughts. What was done by then stays done."


def test_an_order_that_died_leads_to_its_own_letter():
    order = dead("no room <left>", name=REPLAYING, payload=_payload())

    page = fragment(browser(), progress(order))

    assert page.by_id("order-error").text == "no room <left>"
    assert letter_url(order.pk) in page.links()


def _payload() -> dict[str, Any]:
    order = replay_all(filter=Filter(queue="test.queue"), actor=OWNER, reason="x")
    return dict(order.payload)


def test_no_other_job_is_an_order():
    assert browser().get(progress(dead())).status_code == 404


def test_an_order_works_without_javascript_from_the_list_on(script):
    many_dead(3)
    http = browser()
    page = fragment(http, DLQ)
    boxes = [box for box in page.by_id("letters").all("input") if box.get("name") == "id"]
    (button,) = (one for one in page.by_id("letters").all("button") if one.text == "Delete the ticked")

    asked = read(http.get(button["formaction"], {"id": [box["value"] for box in boxes[:2]]}))
    answer = http.post(asked.by_id("confirm")["action"], answered(asked, **WHY))
    drain(only=DELETING)

    assert urlsplit(answer["Location"]).path == progress(bulks()[0])
    assert figures(fragment(http, answer["Location"]))["Deleted"] == "2"
    assert DeadLetter.objects.count() == 1
