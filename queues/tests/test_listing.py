"""Every job stands on exactly one page of its list, in the list's order, forwards and backwards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.db import connection, transaction

from queues import listing
from queues.declare import JOBS, Payload, job
from queues.enqueue import enqueue_many
from queues.listing import BadCursor, UnknownState, page
from queues.models import Job, State
from queues.searching import BadSearch, hint
from queues.tests.given import claimed, column, dispatched, put
from queues.tests.sample_jobs import QUEUE

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def ended(state, minutes, **more):
    return column(put(), state=state, finished_at=at(minutes), **more)


def ids(jobs):
    return [job.pk for job in jobs]


def forwards(state, size, **more):
    """Every page, from the first."""
    pages = [page(QUEUE.name, state, page_size=size, **more)]
    while pages[-1].next:
        pages.append(page(QUEUE.name, state, page_size=size, cursor=pages[-1].next, **more))
    return pages


def found(state, q):
    return ids(page(QUEUE.name, state, q=q).jobs)


def test_what_waits_stands_in_the_order_it_will_run_handed_over_or_not():
    late, early = column(put(), run_at=at(2)), column(put(), run_at=at(1))
    urgent = column(put(priority=5), run_at=at(9))
    with_redis = column(dispatched(put()), run_at=at(1.5))
    unimportant = column(put(priority=-1), run_at=at(0))
    put("test-forked")

    listed = page(QUEUE.name, "waiting")

    assert ids(listed.jobs) == ids([urgent, early, with_redis, late, unimportant])
    assert (listed.next, listed.previous) == (None, None)


@pytest.mark.parametrize("state", ["waiting", "delayed", "active", "completed", "failed", "cancelled", "total"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_every_job_is_on_one_page_forwards_and_backwards(state, size):
    for number in range(7):
        _one(state, number)
    everything = page(QUEUE.name, state)

    there = forwards(state, size)
    back = [there[-1]]
    while back[-1].previous:
        back.append(page(QUEUE.name, state, page_size=size, cursor=back[-1].previous))

    assert len(everything.jobs) == 7
    assert [pk for one in there for pk in ids(one.jobs)] == ids(everything.jobs)
    assert [ids(one.jobs) for one in reversed(back)] == [ids(one.jobs) for one in there]
    assert (there[0].previous, there[-1].next, back[-1].previous) == (None, None, None)


def _one(state, number):
    """Two of each time, so that the id has to decide, and two priorities."""
    moment, priority = at(number // 2), number % 2
    match state:
        case "waiting":
            job = put(priority=priority)
            return column(dispatched(job) if number % 3 else job, run_at=moment)
        case "delayed":
            return column(put(), state=State.DELAYED, run_at=moment)
        case "active":
            return column(claimed(put()), started_at=moment)
        case "total":
            return put()
        case _:
            return ended(listing.LISTINGS[state].states[0], number // 2)


@pytest.mark.parametrize(
    ("state", "order"),
    [("completed", [3, 2, 1]), ("failed", [3, 2, 1]), ("cancelled", [3, 2, 1])],
)
def test_what_ended_last_comes_first(state, order):
    jobs = {minutes: ended(listing.LISTINGS[state].states[0], minutes) for minutes in (2, 3, 1)}

    listed = page(QUEUE.name, state)

    assert ids(listed.jobs) == ids(jobs[minutes] for minutes in order)


def test_new_jobs_do_not_move_the_next_page():
    old = [ended(State.DEAD, minutes) for minutes in (1, 2, 3, 4)]
    first = page(QUEUE.name, "failed", page_size=2)
    ended(State.DEAD, 5)

    second = page(QUEUE.name, "failed", page_size=2, cursor=first.next)

    assert ids(second.jobs) == ids([old[1], old[0]])


def test_a_cursor_of_another_list_or_a_changed_one_is_bad():
    for minutes in (1, 2, 3):
        ended(State.DEAD, minutes)
    cursor = page(QUEUE.name, "failed", page_size=1).next

    for where, how in [
        ((QUEUE.name, "completed"), {}),
        ((QUEUE.name, "failed"), {"q": "x"}),
        (("test.forked", "failed"), {}),
    ]:
        with pytest.raises(BadCursor):
            page(*where, cursor=cursor, **how)
    for bad in (cursor[:-1], "x" + cursor, "nonsense", "a:b", signing.Signer(salt="else").sign_object(["after"])):
        with pytest.raises(BadCursor):
            page(QUEUE.name, "failed", cursor=bad)


@pytest.mark.parametrize("state", ["dead", "dispatched", "", "WAITING"])
def test_only_the_words_people_use_are_lists(state):
    with pytest.raises(UnknownState):
        page(QUEUE.name, state)


def test_a_list_fetches_no_payload(django_assert_num_queries):
    put(payload={"note": "long"})

    with django_assert_num_queries(1):
        (job,) = page(QUEUE.name, "total").jobs

    assert job.get_deferred_fields() == {"payload", "result"}


def test_an_id_or_its_start_is_found_in_any_spelling():
    job, other = put(), put("test-forked")
    # Ids begin with their time: a start of 12 digits is a millisecond, and so may be shared by jobs of one test.
    start = job.pk.hex[:20]

    assert found("total", str(job.pk)) == [job.pk]
    assert found("total", str(job.pk).upper()) == [job.pk]
    assert found("waiting", start) == [job.pk]
    assert found("failed", str(job.pk)) == []
    assert found("total", str(other.pk)) == []
    assert found("total", "0000000g") == []


def test_a_key_or_a_subject_is_found_by_its_plain_words(subject):
    subject()
    keyed, about = put(key="order-7"), put(subject=("thing", "7"))
    notice = put(subject=("job", str(keyed.pk)))
    put(key="order-70", subject=("thing", "70"))

    assert found("total", "order-7") == [keyed.pk]
    assert found("total", "7") == [about.pk]
    assert found("total", "subject:thing:7") == [about.pk]
    assert found("total", "subject:unheard-of:7") == []
    assert found("total", str(keyed.pk)) == [notice.pk, keyed.pk]


def test_an_error_is_found_by_all_of_its_words():
    job = ended(State.DEAD, 1, error="Connection to api.example timed out after 30 s")
    ended(State.DEAD, 2, error="Connection refused")

    assert found("failed", "error:TIMED connection") == [job.pk]
    assert found("total", "error:timed connection") == [job.pk]
    assert found("failed", "error:100%") == []


def test_a_payload_is_searched_by_its_declared_keys_only(declared):
    declared("test-open", search_keys=("order",))
    declared("test-hidden", search_keys=("pin",), secret=True)
    job = put("test-open", {"order": "7", "pin": "1"})
    put("test-hidden", {"order": "7", "pin": "1"})

    assert found("total", "payload.order:7") == [job.pk]
    assert found("total", "payload.order:8") == []
    assert hint(QUEUE.name).endswith("payload.order:…")
    for q in ("payload.pin:1", "payload.note:1", "payload.order' OR 1=1:1"):
        with pytest.raises(BadSearch, match="What can be searched: order"):
            found("total", q)


@pytest.mark.parametrize("q", ["subject:order", "subject::", "error:", "error:  "])
def test_half_a_search_says_what_is_missing(q):
    with pytest.raises(BadSearch):
        found("total", q)


def test_a_search_that_takes_too_long_is_given_up_with_words(monkeypatch):
    monkeypatch.setattr(listing, "SEARCH_SECONDS", 0.001)
    enqueue_many("test-job", [{"note": "x"}] * 3000)
    Job.objects.update(error="a long error " * 50)

    with pytest.raises(BadSearch, match="too many jobs"), transaction.atomic():
        page(QUEUE.name, "waiting", q="error:" + " ".join(f"{n}absent" for n in range(40)))

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_search_results_have_pages_too():
    jobs = [ended(State.DEAD, minutes, error="same") for minutes in range(5)]

    pages = forwards("failed", 2, q="error:same")

    assert [ids(one.jobs) for one in pages] == [ids([jobs[4], jobs[3]]), ids([jobs[2], jobs[1]]), [jobs[0].pk]]


@pytest.fixture
def declared():
    """`declared(name, …)`: one more job on the test queue, for this test."""

    class Open(Payload):
        order: str = ""
        pin: str = ""

    names = []

    def declare(name, **more):
        job(queue=QUEUE, name=name, payload=Open, timeout_seconds=60, **more)(lambda ctx, payload: None)
        names.append(name)

    yield declare
    for name in names:
        del JOBS[name]
