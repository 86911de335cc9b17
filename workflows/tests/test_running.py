"""A run goes from step to step, survives a worker killed at any boundary, and does each thing once."""

from threading import Event
from types import SimpleNamespace

import pytest
from django.db import transaction

from plugins.tests.given import plugin
from queues import transitions
from queues.cancelling import cancel as cancel_job
from queues.draining import drain
from queues.errors import ReplayRefused
from queues.models import Job, State
from queues.replay import replay
from queues.tests.given import at_once
from workflows import running, triggers
from workflows.errors import NotPossible, StepFailed
from workflows.models import RunState, StepState, WorkflowRun
from workflows.registry import Outcome
from workflows.tests import given
from workflows.tests.given import MARKED, OWNER, begun, chain, effects, sample_steps, states, unreadable, workflow

pytestmark = pytest.mark.django_db
APPROVAL = {
    "start": "ask",
    "steps": {
        "ask": {"step": "wait-for-approval", "with": {"question": "Good?"}, "branches": {"yes": "a", "no": None}},
        "a": {"step": "mark", "with": {"word": "a"}},
    },
}


class Killed(BaseException):
    """SIGKILL leaves no exception; neither the job nor Celery may handle this one."""


def test_it_goes_from_step_to_step_each_with_its_output():
    run = begun(chain("a", "b", "c"))

    outcomes = drain()

    assert outcomes == [("run-workflow", "SUCCESS")] + [("execute-step", "SUCCESS")] * 3
    assert states(run) == ("done", {"a": "done", "b": "done", "c": "done"})
    assert effects(run) == ["a", "b", "c"]
    assert run.steps.get(key="b").output == {"word": "b", "prepared": "B"}
    assert [event.what for event in run.events.exclude(what="effect").order_by("pk")] == [
        "started", "step_done", "step_done", "step_done", "done",
    ]  # fmt: skip


@pytest.mark.parametrize("boundary", ["prepared", "applied", "ended", "finished"])
@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_killed_at_any_boundary_of_any_step_it_completes_with_each_effect_once(monkeypatch, boundary, key):
    """The worker dies: its transaction is rolled back, its lease runs out, and the job is rescued."""
    run = begun(chain("a", "b", "c"))
    drain(only="run-workflow")
    died: list[str] = []
    _die_once(monkeypatch, boundary, key, died)

    for _ in range(8):
        try:
            drain(limit=20)
            break
        except Killed:
            _rescue()

    assert died == [f"{boundary} {key}"]
    assert states(run) == ("done", {"a": "done", "b": "done", "c": "done"})
    assert effects(run) == ["a", "b", "c"]
    assert Job.objects.exclude(state=State.COMPLETED).count() == 0


def _die_once(monkeypatch, boundary: str, key: str, died: list[str]) -> None:
    def die_if_there(at: str, of: str) -> None:
        if (at, of) == (boundary, key) and not died:
            died.append(f"{at} {of}")
            raise Killed

    prepare, apply, end, complete = (
        given.STEPS["mark"].prepare,
        given.STEPS["mark"].apply,
        running.end,
        transitions.complete,
    )
    last: list[str] = []

    def prepared(at, params):
        brought = prepare(at, params)
        die_if_there("prepared", params.word)
        return brought

    def applied(at, params):
        outcome = apply(at, params)
        die_if_there("applied", params.word)
        return outcome

    def ended(step, outcome, **how):
        end(step, outcome, **how)
        last[:] = [step.key]
        die_if_there("ended", step.key)

    def completed(job, result):
        is_ours = complete(job, result)
        if last:
            die_if_there("finished", last[0])
        return is_ours

    step = given.STEPS["mark"]
    monkeypatch.setitem(given.STEPS, "mark", type(step)(step.kind, step.words, step.params, applied, prepare=prepared))
    monkeypatch.setattr(running, "end", ended)
    monkeypatch.setattr(transitions, "complete", completed)


def _rescue() -> None:
    (job,) = Job.objects.filter(state=State.ACTIVE)
    assert transitions.rescue(job)


def test_what_cannot_be_done_fails_the_run_where_it_stands_and_it_goes_on_from_there():
    refusing = [True]

    def refuse(at, params):
        if refusing:
            raise StepFailed("the printer is out of paper")
        return Outcome({"printed": True})

    with sample_steps(refuse=refuse):
        run = begun({"start": "a", "steps": {"a": {"step": "mark", "next": "r"}, "r": {"step": "refuse"}}})
        drain()
        assert states(run) == ("failed", {"a": "done", "r": "failed"})
        assert "out of paper" in run.error and "out of paper" in run.steps.get(key="r").error

        refusing.clear()
        running.retry(run, actor=OWNER)
        drain(only="execute-step")

    assert states(run)[0] == "done" and run.error == ""
    assert list(run.steps.order_by("pk").values_list("key", "number", "state")) == [
        ("a", 1, "done"), ("r", 1, "failed"), ("r", 2, "done"),
    ]  # fmt: skip
    with pytest.raises(NotPossible):
        running.retry(run, actor=OWNER)


def test_a_dead_step_is_not_replayed_but_its_run_retried():
    def refuse(at, params):
        raise StepFailed("no")

    with sample_steps(refuse=refuse):
        begun({"start": "r", "steps": {"r": {"step": "refuse"}}})
        drain()
    dead = Job.objects.get(name="execute-step")

    with pytest.raises(ReplayRefused, match="Retry the run"):
        replay(job_id=dead.pk, actor=OWNER, reason="again")


def test_a_cancelled_run_goes_no_further_and_an_effect_under_way_leaves_nothing(monkeypatch):
    run = begun(chain("a", "b"))
    drain(only="run-workflow")
    prepare = given.STEPS["mark"].prepare

    def cancelled_meanwhile(at, params):
        running.cancel(run, actor=OWNER, reason="wrong article")
        return prepare(at, params)

    step = given.STEPS["mark"]
    monkeypatch.setitem(
        given.STEPS, "mark", type(step)(step.kind, step.words, step.params, step.apply, prepare=cancelled_meanwhile)
    )
    drain()

    assert states(run) == ("cancelled", {"a": "cancelled"})
    assert effects(run) == [] and MARKED == ["a"]
    with pytest.raises(NotPossible):
        running.cancel(run, actor=OWNER, reason="again")


def test_a_step_whose_job_is_cancelled_fails_its_run():
    run = begun(chain("a"))
    drain(only="run-workflow")

    cancel_job(job_id=Job.objects.get(name="execute-step").pk, actor=OWNER, reason="no")

    assert states(run)[0] == "failed"


@pytest.mark.parametrize(("approved", "left"), [(True, ["a"]), (False, [])])
def test_it_waits_for_a_persons_word_and_goes_the_way_they_say(approved, left):
    run = begun(APPROVAL)
    drain()
    assert states(run) == ("waiting", {"ask": "waiting"})
    step = run.steps.get()

    running.decide(step, approved=approved, actor=OWNER, reason="as read")
    drain()

    assert (states(run)[0], effects(run)) == ("done", left)
    assert run.steps.get(key="ask").output["by"] == OWNER.label
    with pytest.raises(NotPossible):
        running.decide(step, approved=True, actor=OWNER)


@pytest.mark.django_db(transaction=True)
def test_a_yes_that_meets_a_cancel_is_refused_and_neither_breaks(monkeypatch):
    run = begun(APPROVAL)
    drain()
    step, lock, cancel_holds_it, yes_asks = run.steps.get(), running._lock, Event(), Event()

    def cancel():
        with transaction.atomic():
            lock(run.pk)
            cancel_holds_it.set()
            yes_asks.wait(5)
            running.cancel(run, actor=OWNER, reason="no")

    def say_yes():
        cancel_holds_it.wait(5)
        running.decide(step, approved=True, actor=OWNER)

    monkeypatch.setattr(running, "_lock", lambda run_id: yes_asks.set() or lock(run_id))
    cancelled, refused = at_once(cancel, say_yes)

    assert (cancelled, type(refused)) == (None, NotPossible)
    assert states(run) == ("cancelled", {"ask": "cancelled"})


@pytest.mark.parametrize(("condition", "left"), [("steps.a.word == 'a'", ["a", "b"]), ("subject.type == 'z'", ["a"])])
def test_a_condition_reads_what_was_done_before(condition, left):
    ask = {"step": "condition", "with": {"if": condition}, "branches": {"yes": "b", "no": None}}
    steps = {"a": {"step": "mark", "with": {"word": "a"}, "next": "ask"}, "ask": ask}
    run = begun({"start": "a", "steps": {**steps, "b": {"step": "mark", "with": {"word": "b"}}}})

    drain()

    assert (states(run)[0], effects(run)) == ("done", left)


@pytest.mark.parametrize("condition", ["nobody.knows", "'a word'", "1 / 0 > 1"])
def test_a_condition_without_an_answer_fails_the_run(condition):
    ask = {"step": "condition", "with": {"if": condition}, "branches": {"yes": None, "no": None}}
    run = begun({"start": "ask", "steps": {"ask": ask}})

    drain()

    assert states(run)[0] == "failed" and "condition" in run.error


@pytest.mark.parametrize(
    ("source", "state"),
    [("def run(given):\n    return {'n': given['n']}\n", "done"), ("def run(given):\n    1 / 0\n", "failed")],
)
def test_a_plugin_is_run_by_its_own_worker_and_its_answer_kept(source, state):
    plugin(source)
    run = begun({"start": "p", "steps": {"p": {"step": "run-plugin", "with": {"plugin": "sample", "input": {"n": 7}}}}})

    drain()

    assert states(run) == (state, {"p": state})
    step = run.steps.get()
    assert step.output["output"] == {"n": 7} if state == "done" else "division by zero" in step.error


def test_a_plugin_that_is_not_there_fails_the_run_with_the_reason():
    run = begun({"start": "p", "steps": {"p": {"step": "run-plugin", "with": {"plugin": "nobody"}}}})

    drain()

    assert states(run)[0] == "failed" and "no plugin nobody" in run.error


@pytest.fixture
def rain(monkeypatch):
    monkeypatch.setitem(triggers._EVENTS, "rain", "It rains")


def test_an_event_starts_what_waits_for_it_and_is_switched_on(rain):
    on = workflow(chain("a", trigger={"event": "rain"}), slug="on", on=True)
    workflow(chain("a", trigger={"event": "rain"}), slug="off")
    workflow(chain("a"), slug="by-hand", on=True)

    triggers.fire("rain", ("thing", "7"))
    drain()

    run = WorkflowRun.objects.get()
    assert (run.version.workflow, run.subject, run.trigger, run.depth) == (on, ("thing", "7"), "rain", 1)
    assert run.state == RunState.DONE


def test_an_event_that_is_rolled_back_started_nothing(rain):
    workflow(chain("a", trigger={"event": "rain"}), on=True)

    with transaction.atomic():
        triggers.fire("rain", ("thing", "7"))
        transaction.set_rollback(True)

    assert not WorkflowRun.objects.exists() and not Job.objects.exists()


def test_what_would_start_itself_again_does_not(rain):
    def make_rain(at, params):
        triggers.fire("rain", ("thing", "7"))
        return Outcome()

    with sample_steps(rainmaker=make_rain):
        definition = {"trigger": {"event": "rain"}, "start": "r", "steps": {"r": {"step": "rainmaker"}}}
        for number in range(3):
            workflow(definition, slug=f"rain-{number}", on=True)
        triggers.fire("rain", ("thing", "7"))
        drain(limit=2000)

    depths = set(WorkflowRun.objects.values_list("depth", flat=True))
    assert depths == {1, 2, 3}
    assert WorkflowRun.objects.count() == 3 + 3 * 2 + 3 * 2 * 2
    assert not WorkflowRun.objects.exclude(state=RunState.DONE).exists()


def test_the_clock_starts_each_once_a_tick():
    workflow(chain("a", trigger={"every_minutes": 15}), on=True)

    started = [triggers.start_due(now) for now in (1_000_000_000, 1_000_000_000, 1_000_000_060, 1_000_000_900)]

    assert started == [1, 0, 0, 1]


def test_a_definition_that_this_release_cannot_read_keeps_no_other_back_and_is_told_once_a_run(monkeypatch):
    told = []
    monkeypatch.setattr(triggers, "log", SimpleNamespace(error=lambda *words, **facts: told.append((words, facts))))
    first = workflow(chain("a", trigger={"every_minutes": 15}), slug="first", on=True)
    bad = unreadable("bad")
    last = workflow(chain("a", trigger={"every_minutes": 15}), slug="last", on=True)

    started = triggers.start_due(1_000_000_000)

    assert started == 2
    assert set(WorkflowRun.objects.values_list("version__workflow", flat=True)) == {first.pk, last.pk}
    ((words, facts),) = told
    assert words == ("workflow_unreadable",)
    assert facts == {
        "workflow": "bad",
        "version": bad.version_id,
        "faults": ["trigger.time_zone: Extra inputs are not permitted"],
    }
    bad.refresh_from_db()
    assert bad.last_tick == 0  # due at once, when its owner has mended it


def test_steps_of_a_run_that_began_keep_its_definition():
    run = begun(chain("a", "b"))
    drain(only="run-workflow")
    workflow(chain("z"))

    drain()

    assert effects(run) == ["a", "b"] and run.steps.filter(state=StepState.DONE).count() == 2
