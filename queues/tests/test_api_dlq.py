"""The owner API's dead letters: found, read, replayed and deleted, one by one and by a filter."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.masking import MASK
from audit.models import AccessEntry, AuditEntry
from queues.declare import JOBS
from queues.draining import drain
from queues.errors import Permanent
from queues.models import Attempt, DeadLetter, Job, State
from queues.replay import replay
from queues.tests.calling import everything, person, program, refusal
from queues.tests.given import OWNER, put, row

pytestmark = pytest.mark.django_db
WHY = {"reason": "the cause is mended"}


@pytest.fixture
def dead(script):
    """`dead(message)` has a job die of it, in the real executor; its dead letter."""

    def die(message: str = "no", **how: Any) -> DeadLetter:
        def fail(ctx):
            raise Permanent(message)

        script(fail)
        job = put(**how)
        drain(only="test-job")
        script(lambda ctx: None)
        return DeadLetter.objects.get(pk=job.pk)

    return die


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [result["id"] for result in answer.json()["results"]]


# --- reading


def test_dead_letters_are_listed_the_latest_first(dead):
    first, second = dead("one"), dead("with sk_live_0123456789")

    answer = program().get("/dlq")

    assert list(answer.json()) == ["results", "next", "previous"]
    assert ids(answer) == [str(second.pk), str(first.pk)]
    listed = answer.json()["results"][0]
    assert listed.pop("died_at")
    assert listed == {
        "id": str(second.pk),
        "queue": "test.queue",
        "name": "test-job",
        "why": "permanent",
        "error_type": "queues.errors.Permanent",
        "error": f"with sk_{MASK}",
        "fingerprint": second.fingerprint,
        "replays": 0,
        "replayed_at": None,
    }


def test_a_list_takes_the_same_few_questions_however_long_it_is(dead, django_assert_num_queries):
    owner = program()
    owner.get("/dlq")
    for _ in range(5):
        dead()

    with django_assert_num_queries(3):  # the token, the limit, the letters
        owner.get("/dlq")


def test_what_was_replayed_is_no_longer_listed_but_can_be_read(dead):
    letter = dead()
    replay(job_id=letter.pk, actor=OWNER, reason="the cause is mended")
    owner = program()

    assert ids(owner.get("/dlq")) == []
    told = owner.get(f"/dlq/{letter.pk}").json()
    assert (told["dead"], told["replays"], told["replayed_by"]) == (False, 1, OWNER.label)
    assert told["replay_reason"] == "the cause is mended"


@pytest.mark.parametrize(
    "query",
    [
        lambda letter: {"fingerprint": letter.fingerprint},
        lambda letter: {"q": "error:timed out"},
        lambda letter: {"q": str(letter.pk)},
        lambda letter: {"q": "subject:thing:3"},
        lambda letter: {"queue": "test.queue", "name": "test-job", "q": "timed"},
    ],
)
def test_letters_are_found_by_what_they_are(dead, query):
    wanted = dead("timed out", subject=("thing", "3"))
    dead("refused")

    assert ids(program().get("/dlq", **query(wanted))) == [str(wanted.pk)]


def test_pages_lead_on_and_back(dead):
    third, second, first = (str(dead().pk) for _ in range(3))
    owner = program()

    one = owner.get("/dlq", page_size=2)
    two = owner.get("/dlq", page_size=2, cursor=one.json()["next"])
    back = owner.get("/dlq", page_size=2, cursor=two.json()["previous"])

    assert [ids(page) for page in (one, two, back)] == [[first, second], [third], [first, second]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": "made-up"}, "cursor"),
        ({"before": "yesterday"}, "before"),
        ({"page_size": "201"}, "page_size"),
        ({"state": "failed"}, "state"),
        ({"ids": str(uuid4())}, "ids"),
        ({"queue": ""}, "queue"),
    ],
)
def test_a_malformed_question_is_refused_by_its_name(query, field):
    answer = program().get("/dlq", **query)

    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_letter_tells_everything_but_secrets(dead):
    letter = dead("key sk_live_0123456789", payload={"note": "Bearer abcdef123"}, subject=("thing", "3"))

    told = program().get(f"/dlq/{letter.pk}/").json()

    assert (told["dead"], told["error"], told["payload"]) == (True, f"key sk_{MASK}", {"note": f"Bearer {MASK}"})
    (attempt,) = told["attempts"]
    assert (attempt["number"], attempt["outcome"], attempt["error"]) == (1, "error", f"key sk_{MASK}")
    assert "sk_live" not in attempt["traceback"]
    assert told["subject"] == {"type": "thing", "id": "3", "label": "thing 3", "url": ""}
    entry = AccessEntry.objects.get()
    assert (entry.action, entry.target_id, entry.what) == ("payload.read", str(letter.pk), "redacted")


def test_of_a_letter_whose_job_nobody_declares_any_more_only_the_keys_are_shown(dead):
    letter = dead(payload={"note": "who knows"})
    DeadLetter.objects.update(name="no-longer-declared")

    assert program().get(f"/dlq/{letter.pk}").json()["payload"] == {"note": MASK}
    assert AccessEntry.objects.get().what == "its keys"


def test_a_letter_that_never_was_is_not_there_and_what_is_no_id_is_malformed():
    owner = program()

    for ask in (
        owner.get,
        lambda path: owner.post(f"{path}/replay", WHY),
        lambda path: owner.post(f"{path}/delete", WHY),
    ):
        assert refusal(ask(f"/dlq/{uuid4()}")) == (404, "no_such_dead_letter")
        assert list(ask("/dlq/7").json()) == ["id"]


# --- one letter


def test_a_letter_is_replayed_and_completes(dead):
    letter = dead()

    answer = program().post(f"/dlq/{letter.pk}/replay", WHY)

    assert (answer.status_code, answer.json()) == (202, {"jobId": str(letter.pk), "state": "waiting"})
    assert drain(only="test-job") == [("test-job", "SUCCESS")]
    entry = AuditEntry.objects.get(action="job.replayed")
    assert (entry.actor_id, entry.target_id, entry.reason) == (str(person().pk), str(letter.pk), WHY["reason"])


def test_a_letter_is_deleted_and_a_line_remains(dead):
    letter = dead()

    answer = program().post(f"/dlq/{letter.pk}/delete/", WHY)

    assert (answer.status_code, answer.json()) == (200, {"deleted": 1})
    assert not Job.objects.filter(pk=letter.pk).exists()
    assert (DeadLetter.objects.count(), Attempt.objects.filter(job_id=letter.pk).count()) == (0, 0)
    entry = AuditEntry.objects.get(action="dead_letter.deleted")
    assert (entry.actor_id, entry.target_id, entry.reason) == (str(person().pk), str(letter.pk), WHY["reason"])


@pytest.mark.parametrize("verb", ["replay", "delete"])
@pytest.mark.parametrize(
    ("body", "code"),
    [(None, "required"), ({}, "required"), ({"reason": "  "}, "blank"), ({"reason": "no"}, "min_length")],
)
def test_each_needs_a_reason(dead, verb, body, code):
    letter = dead()
    owner = program()
    before = everything()

    answer = owner.post(f"/dlq/{letter.pk}/{verb}", body)

    assert (answer.status_code, [problem["code"] for problem in answer.json()["reason"]]) == (400, [code])
    assert everything() == before


@pytest.mark.parametrize("verb", ["replay", "delete"])
def test_a_letter_that_is_dead_no_more_is_left_alone(dead, verb):
    letter = dead()
    owner = program()
    owner.post(f"/dlq/{letter.pk}/replay", WHY)
    before = everything()

    assert refusal(owner.post(f"/dlq/{letter.pk}/{verb}", WHY)) == (409, "no_longer_dead")
    assert everything() == before


# --- many


def test_a_dry_run_counts_and_changes_nothing(dead):
    dead(), dead(key="k")
    outdated = dead()
    Job.objects.filter(pk=outdated.pk).update(payload={"note": 7})
    dead("elsewhere")
    put(key="k")
    owner = program()
    before = everything()

    for verb in ("replay", "delete"):
        answer = owner.post(f"/dlq/{verb}", {"filter": {"q": "error:no"}, "dry_run": True})

        assert (answer.status_code, answer.json()) == (
            200,
            {"matching": 3, "would_replay": 1, "conflicts": 1, "outdated": 1, "refused": 0, "unasked": 0},
        )
    assert everything() == before


def test_many_are_replayed_by_one_job_that_can_be_followed(dead):
    letters = [dead("timed out") for _ in range(3)]
    other = dead("refused")
    owner = program()

    answer = owner.post("/dlq/replay", {"filter": {"fingerprint": letters[0].fingerprint}, **WHY})

    job = Job.objects.get(pk=answer.json()["jobId"])
    assert (answer.status_code, job.queue, answer.json()["state"]) == (202, "dlq", "waiting")
    drain(only=job.name)
    followed = owner.get(f"/dlq/jobs/{job.pk}").json()
    assert (followed["state"], followed["result"]) == ("completed", {"done": 3, "refused": 0, "gone": 0})
    assert ids(owner.get("/dlq")) == [str(other.pk)]
    assert {row(letter_job).state for letter_job in Job.objects.filter(pk__in=[letter.pk for letter in letters])} == {
        State.WAITING
    }
    assert AuditEntry.objects.filter(action="job.replayed", actor_id=str(person().pk)).count() == 3


def test_many_are_deleted_by_one_job(dead):
    chosen, other = dead(), dead()
    owner = program()

    answer = owner.post("/dlq/delete/", {"filter": {"ids": [str(chosen.pk)]}, **WHY})

    assert answer.status_code == 202
    drain(only=Job.objects.get(pk=answer.json()["jobId"]).name)
    assert list(DeadLetter.objects.values_list("pk", flat=True)) == [other.pk]


def test_all_are_taken_only_when_all_is_said(dead):
    dead(), dead()

    answer = program().post("/dlq/replay", {"filter": {"all": True}, **WHY})

    drain(only=Job.objects.get(pk=answer.json()["jobId"]).name)
    assert Job.objects.filter(state=State.DEAD).count() == 0


@pytest.mark.parametrize("verb", ["replay", "delete"])
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({**WHY}, ["filter"]),
        ({"filter": {}, **WHY}, ["filter", "all"]),
        ({"filter": {"all": False}, **WHY}, ["filter", "all"]),
        ({"filter": {"all": True, "queue": "test.queue"}, **WHY}, ["filter", "all"]),
        ({"filter": {"ids": []}, **WHY}, ["filter", "ids"]),
        ({"filter": {"ids": ["7"]}, **WHY}, ["filter", "ids"]),
        ({"filter": {"ids": [str(uuid4())] * 1001}, **WHY}, ["filter", "ids"]),
        ({"filter": {"queue": ""}, **WHY}, ["filter", "queue"]),
        ({"filter": {"q": "   "}, **WHY}, ["filter", "q"]),
        ({"filter": {"state": "failed"}, **WHY}, ["filter", "state"]),
        ({"filter": {"before": "soon"}, **WHY}, ["filter", "before"]),
        ({"filter": "everything", **WHY}, ["filter"]),
        ({"filter": {"all": True}}, ["reason"]),
        ({"filter": {"all": True}, "reason": "no"}, ["reason"]),
        ({"filter": {"all": True}, "dry_run": "perhaps", **WHY}, ["dry_run"]),
        ({"filter": {"all": True}, "dryRun": True, **WHY}, ["dryRun"]),
    ],
)
def test_an_order_that_is_not_clear_is_refused_and_nothing_is_touched(dead, verb, body, where):
    dead()
    owner = program()
    before = everything()

    answer = owner.post(f"/dlq/{verb}", body)

    assert answer.status_code == 400
    found = answer.json()
    for name in where:
        assert list(found) == [name]
        found = found[name]
    assert everything() == before


def test_a_filter_in_time_spares_what_died_later(dead):
    early = dead()
    DeadLetter.objects.filter(pk=early.pk).update(died_at=timezone.now() - timezone.timedelta(days=2))
    dead()
    yesterday = (timezone.now() - timezone.timedelta(days=1)).isoformat()

    answer = program().post("/dlq/delete", {"filter": {"before": yesterday}, "dry_run": True})

    assert answer.json()["matching"] == 1


def test_the_bulk_jobs_are_declared_on_the_dead_letters_own_queue():
    assert {JOBS[name].queue.name for name in ("replay-dead-letters", "delete-dead-letters")} == {"dlq"}
