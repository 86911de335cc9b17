"""Who hears what became of a job, in which transaction, and what happens when they cannot take it."""

import pytest

from queues import transitions
from queues.cancelling import cancel
from queues.context import Context
from queues.draining import drain
from queues.errors import Permanent
from queues.mending import rescue_expired
from queues.models import DeadLetter, Job, State
from queues.replay import replay
from queues.subjects import Description, Subject, register, subject_of
from queues.tests import effects
from queues.tests.given import OWNER, claimed, column, put, row

pytestmark = pytest.mark.django_db
THING = ("thing", "3")


def die(ctx: Context) -> None:
    raise Permanent("never")


class Deaf:
    """A reaction that raises the first `times` times and notes the state in which it was called."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.heard: list[str] = []

    def __call__(self, job: Job) -> None:
        effects.leave(job.pk, "heard")
        self.heard.append(row(job).state)
        if len(self.heard) <= self.times:
            raise LookupError("no such thing")


def test_on_done_is_told_in_the_transaction_of_the_finish(subject):
    heard = Deaf(0)
    subject(on_done=heard)
    job = put(subject=THING)

    drain()

    assert (heard.heard, effects.left()) == ([State.COMPLETED], [job.pk])


def test_an_on_done_that_raises_undoes_the_finish_and_is_charged(subject):
    heard = Deaf(1)
    subject(on_done=heard)
    job = put(subject=THING)

    assert drain() == [("test-job", "RETRY")]
    assert (row(job).state, row(job).attempt, effects.left()) == (State.DELAYED, 1, [])

    assert drain(advance=True) == [("test-job", "SUCCESS")]
    assert effects.left() == [job.pk]


def test_on_dead_is_told_once_after_the_last_attempt(subject, script):
    heard = Deaf(0)
    subject(on_dead=heard)
    script(lambda ctx: 1 / 0)
    put(subject=THING)

    drain(advance=True)

    assert heard.heard == [State.DEAD]


def test_the_job_dies_even_when_on_dead_raises_and_the_dlq_job_repeats_the_call(subject, script):
    heard = Deaf(1)
    subject(on_dead=heard)
    script(die)
    job = put(subject=THING)

    drain(only="test-job")
    assert (row(job).state, effects.left()) == (State.DEAD, [])
    assert DeadLetter.objects.get().reaction_error == "LookupError: no such thing"

    assert drain() == [("dead-letter-received", "SUCCESS")]
    assert (heard.heard, effects.left()) == ([State.DEAD, State.DEAD], [job.pk])
    assert DeadLetter.objects.get().reaction_error == ""


def test_a_reaction_that_never_works_ends_in_one_more_dead_letter_and_no_further_notice(subject, script):
    subject(on_dead=Deaf(99))
    script(die)
    put(subject=THING)

    drain(advance=True)

    assert sorted(DeadLetter.objects.values_list("name", flat=True)) == ["dead-letter-received", "test-job"]
    assert Job.objects.filter(name="dead-letter-received").count() == 1


def test_the_call_is_not_repeated_for_a_job_that_was_replayed_meanwhile(subject, script):
    heard = Deaf(1)
    subject(on_dead=heard)
    script(die)
    job = put(subject=THING)
    drain(only="test-job")
    replay(job_id=job.pk, actor=OWNER, reason="try again")

    assert drain(only="dead-letter-received") == [("dead-letter-received", "SUCCESS")]

    assert (heard.heard, row(job).state) == ([State.DEAD], State.WAITING)


def test_on_cancelled_is_told_for_a_waiting_job(subject):
    heard = Deaf(0)
    subject(on_cancelled=heard)
    job = put(subject=THING)

    cancel(job_id=job.pk, actor=OWNER, reason="not wanted")

    assert heard.heard == [State.CANCELLED]


def test_a_person_whose_cancel_the_subject_cannot_take_sees_the_error_and_nothing_changed(subject):
    subject(on_cancelled=Deaf(1))
    job = put(subject=THING)

    with pytest.raises(LookupError):
        cancel(job_id=job.pk, actor=OWNER, reason="not wanted")

    assert (row(job).state, effects.left()) == (State.WAITING, [])


def test_a_running_job_whose_subject_cannot_take_the_cancel_dies_where_people_look(subject, script):
    subject(on_cancelled=Deaf(1))
    job = put(subject=THING)

    def run(ctx):
        cancel(job_id=ctx.job_id, actor=OWNER, reason="not wanted")
        ctx.checkpoint()

    script(run)

    drain(only="test-job")

    letter = DeadLetter.objects.get()
    assert (row(job).state, letter.why, letter.error) == (State.DEAD, "cancel", "no such thing")


def test_an_expired_job_whose_subject_cannot_take_it_dies_where_people_look(subject):
    subject(on_cancelled=Deaf(1))
    job = put(subject=THING, expires_at=put().created_at)

    drain(only="test-job")

    assert (row(job).state, DeadLetter.objects.get().why) == (State.DEAD, "cancel")


def test_a_rescue_whose_subject_raises_keeps_no_other_from_being_rescued(subject):
    subject(on_cancelled=Deaf(99), on_dead=Deaf(99))
    jobs = [claimed(put(subject=THING)), claimed(put()), claimed(put(subject=THING))]
    for job in jobs:
        cancel(job_id=job.pk, actor=OWNER, reason="not wanted")
        column(job, leased_until=job.created_at)

    assert rescue_expired() == 3

    assert [row(job).state for job in jobs] == [State.DEAD, State.CANCELLED, State.DEAD]


def test_an_unregistered_subject_hears_nothing():
    job = claimed(put(subject=("nobody", "1")))

    assert transitions.complete(job, {})

    assert subject_of(job) == Subject()
    assert subject_of(job).describe("7") == Description("7")


def test_a_second_registration_is_a_mistake(subject):
    subject(on_done=lambda job: None)

    with pytest.raises(ValueError, match="registered twice"):
        register("thing")
