"""Several threads' questions in one statement: each gets its own answer, and one that fails fails alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection

from queues import sql, transitions
from queues.models import Attempt, Outcome, State
from queues.tests.given import at_once, claimed, dispatched, elsewhere, put, row, terminate_other_connections, until
from queues.together import JOBS_UNDER_WAY, Together

pytestmark = pytest.mark.django_db(transaction=True)


class Doubles:
    """Answers by a statement; the first one waits until the others have gathered behind it."""

    def __init__(self, gather: int = 0) -> None:
        self.statements: list[list[str]] = []
        self.together = Together(self._answer)
        self._gather = gather
        JOBS_UNDER_WAY.together.remove(self.together)

    def _answer(self, asked: Sequence[str], on: Any) -> list[str]:
        self.statements.append(list(asked))
        if self._gather:
            gather, self._gather = self._gather, 0
            until(lambda: len(self.together._gathered) == gather)
        if "broken" in asked:
            raise DataError("broken")
        return [text for (text,) in sql.rows("SELECT x || x FROM unnest(%(x)s::text[]) AS x", {"x": list(asked)}, on)]

    def ask(self, text: str) -> str:
        with JOBS_UNDER_WAY.one_more():
            return self.together.ask(text)


@pytest.fixture
def a_job_is_under_way():
    with JOBS_UNDER_WAY.one_more():
        yield


def behind_one(doubles: Doubles, *texts: str) -> list[Any]:
    """What each is told when all but the first ask while that is on its way."""

    def later(text: str) -> str:
        until(lambda: doubles.statements)
        return doubles.ask(text)

    first, *others = texts
    calls = [lambda text=text: later(text) for text in others]
    return at_once(lambda: doubles.ask(first), *calls)


def test_who_asks_alone_is_answered_at_once(a_job_is_under_way):
    doubles = Doubles()

    assert [doubles.ask("a"), doubles.ask("b")] == ["aa", "bb"]
    assert doubles.statements == [["a"], ["b"]]
    doubles.together.rest()


def test_what_gathers_goes_in_one_statement_and_each_gets_its_own_answer(a_job_is_under_way):
    doubles = Doubles(gather=3)

    told = behind_one(doubles, "a", "b", "c", "d")

    assert told == ["aa", "bb", "cc", "dd"]
    assert [len(asked) for asked in doubles.statements] == [1, 3]
    doubles.together.rest()


def test_one_that_fails_fails_alone(a_job_is_under_way):
    doubles = Doubles(gather=3)

    first, *told = behind_one(doubles, "a", "broken", "c", "d")

    assert first == "aa"
    assert isinstance(told[0], DataError) and told[1:] == ["cc", "dd"]
    doubles.together.rest()


def test_a_session_that_broke_while_nobody_asked_is_replaced(a_job_is_under_way):
    doubles = Doubles()
    doubles.ask("a")

    elsewhere(terminate_other_connections)

    assert doubles.ask("b") == "bb"
    doubles.together.rest()


def test_what_postgresql_refuses_twice_is_raised(a_job_is_under_way, monkeypatch):
    doubles = Doubles()

    def away(*_: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(doubles.together, "_answer", away)

    with pytest.raises(OperationalError, match="away"):
        doubles.ask("a")


def test_the_last_job_gives_the_session_back():
    doubles = Doubles()
    JOBS_UNDER_WAY.together.append(doubles.together)

    with JOBS_UNDER_WAY.one_more():
        doubles.ask("a")
        assert doubles.together._session.connection is not None
    JOBS_UNDER_WAY.together.remove(doubles.together)

    assert doubles.together._session.connection is None


def test_in_a_worker_it_is_given_back_when_no_job_has_come_for_a_while(monkeypatch):
    doubles = Doubles()
    monkeypatch.setattr(JOBS_UNDER_WAY, "together", [doubles.together])
    monkeypatch.setattr(JOBS_UNDER_WAY, "lingers", True)

    doubles.ask("a")
    JOBS_UNDER_WAY.rest_if_none_came()
    assert doubles.together._session.connection is not None
    with JOBS_UNDER_WAY.one_more():
        JOBS_UNDER_WAY.rest_if_none_came()
        JOBS_UNDER_WAY.rest_if_none_came()
        assert doubles.together._session.connection is not None

    JOBS_UNDER_WAY.rest_if_none_came()
    assert doubles.together._session.connection is None


def test_without_a_job_under_way_the_askers_own_connection_does():
    doubles = Doubles()

    assert doubles.together.ask("a") == "aa"
    assert doubles.together._session is None


@pytest.mark.django_db
def test_what_is_asked_in_a_transaction_is_part_of_it(a_job_is_under_way):
    doubles, used = Doubles(), []
    doubles.together._answer = lambda asked, on: used.append(on) or list(asked)

    assert connection.in_atomic_block
    doubles.ask("a")

    assert used == [connection]


def test_of_two_copies_of_a_message_in_one_statement_one_is_stale():
    job = dispatched(put())
    message = (job.pk, job.generation, 1)

    first, second = transitions._claimed([message, message], connection)

    assert (len(first), len(second)) == (1, 0)
    assert row(job).attempt == 1


def test_of_two_messages_of_one_job_the_newer_has_it():
    job = dispatched(put())
    late, newer = (job.pk, job.generation - 1, 1), (job.pk, job.generation, 2)

    stale, taken = transitions._claimed([late, newer], connection)

    assert (stale, len(taken), row(job).leased_pid) == ([], 1, 2)


def test_jobs_that_end_at_once_each_have_their_attempt(a_job_is_under_way):
    jobs = [claimed(put()) for _ in range(8)]
    lost = jobs[3]
    transitions.give_back(lost)

    ended = at_once(*[lambda job=job: transitions.complete_without_effects(job) for job in jobs])

    assert ended == [job is not lost for job in jobs]
    assert row(lost).state == State.WAITING
    done = {job.pk for job in jobs} - {lost.pk}
    assert {a.job_id for a in Attempt.objects.filter(outcome=Outcome.COMPLETED)} == done
    assert Attempt.objects.count() == len(jobs)


def test_jobs_claimed_at_once_each_go_to_who_asked(a_job_is_under_way):
    jobs = [dispatched(put()) for _ in range(8)]

    taken = at_once(*[lambda job=job: transitions.claim((job.pk, job.generation), 1) for job in jobs])

    assert taken == jobs
    assert len({job.lease_token for job in taken}) == len(jobs)
