"""A run: asked for with an input that fits, carried out by its job, and told once to whoever asked."""

import pytest

from articles.tests.given import published_article
from plugins import executions, jail
from plugins.errors import JailBroken, PluginRefused
from plugins.installing import revoke
from plugins.models import ExecutionState, PluginExecutionLog
from plugins.showing import shown
from plugins.tests.given import OWNER, plugin
from queues.draining import drain
from queues.models import Job, State

pytestmark = pytest.mark.django_db
NUMBERS = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}, "additionalProperties": False}
DOUBLE = "def run(given):\n    return {'n': 2 * given['n']}\n"
WRONG = "def run(given):\n    return {'n': 'two'}\n"
BAD = "def run(given):\n    return 1 / 0\n"


def ask(source: str = DOUBLE, given: object = None, **how: object) -> PluginExecutionLog:
    plugin(source, input=NUMBERS, output=NUMBERS)
    return executions.ask("sample", given or {"n": 2}, actor=OWNER, **how)


def ended(run: PluginExecutionLog) -> tuple[str, object, str]:
    run.refresh_from_db()
    return run.state, run.output, run.error


def test_it_is_carried_out_by_its_worker_and_measured():
    run = ask()
    assert (run.state, Job.objects.get().payload) == (ExecutionState.ASKED, {"execution_id": run.pk})

    drain()

    assert ended(run) == ("done", {"n": 4}, "")
    assert run.milliseconds is not None and run.finished_at is not None
    assert Job.objects.get().state == State.COMPLETED


@pytest.mark.parametrize(
    ("given", "words"), [({}, "'n' is a required"), ({"n": "x"}, "n: 'x' is not"), ({"n": 1, "m": 2}, "'m' was un")]
)
def test_an_input_that_does_not_fit_asks_for_nothing(given, words):
    plugin(DOUBLE, input=NUMBERS, output=NUMBERS)

    with pytest.raises(PluginRefused, match=words):
        executions.ask("sample", given, actor=OWNER)

    assert not PluginExecutionLog.objects.exists() and not Job.objects.exists()


@pytest.mark.parametrize("on", [True, False])
def test_one_that_is_off_or_not_there_is_not_asked(on):
    plugin(on=False)

    with pytest.raises(PluginRefused, match="no plugin" if on else "switched off"):
        executions.ask("another" if on else "sample", {}, actor=OWNER)
    assert not Job.objects.exists()


def test_one_switched_off_meanwhile_does_not_run():
    run = ask()
    run.version.plugin.__class__.objects.update(enabled=False)

    drain()

    assert ended(run) == ("failed", None, "the plugin was switched off meanwhile")


@pytest.mark.parametrize(("source", "words"), [(BAD, "division by zero"), (WRONG, "does not fit its schema: n: 'two'")])
def test_what_it_does_wrong_fails_its_job_at_once_and_for_good_with_the_reason(source, words):
    run = ask(source)

    drain()

    state, output, error = ended(run)
    assert (state, output) == ("failed", None) and words in error
    job = Job.objects.get(queue="plugin.execute")
    assert (job.state, job.attempt) == (State.DEAD, 1) and words in job.error


def test_a_run_of_an_earlier_version_has_only_what_that_version_asks_for():
    plugin("def run(given):\n    return {'title': read_article()['title']}\n")
    run = executions.ask("sample", {}, subject=("article", str(published_article().pk)), actor=OWNER)
    plugin("def run(given):\n    return given\n", version="2.0.0", capabilities=["read_article"])

    drain()

    assert "NameError" in ended(run)[2]


def test_what_was_taken_back_is_not_there_for_a_run_of_the_version_that_asked_for_it():
    plugin("def run(given):\n    return {'title': read_article()['title']}\n", capabilities=["read_article"])
    run = executions.ask("sample", {}, subject=("article", str(published_article().pk)), actor=OWNER)
    newer = plugin("def run(given):\n    return given\n", version="2.0.0")
    revoke(plugin=newer, capability="read_article", actor=OWNER)

    drain()

    assert newer.enabled and "NameError" in ended(run)[2]


def test_a_failed_run_whose_worker_was_killed_before_it_could_say_so_still_fails_its_job():
    run = ask(BAD)
    executions.note(run, jail.Outcome(error="division by zero"), {})

    drain()

    job = Job.objects.get(queue="plugin.execute")
    assert job.state == State.DEAD and "division by zero" in job.error


def test_trouble_of_the_jail_itself_is_tried_again(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise JailBroken("no process to be had")

    run = ask()
    monkeypatch.setattr(jail, "run_in_jail", broken)

    drain(only="execute-plugin")

    assert ended(run)[0] == "asked"
    assert (Job.objects.get().state, Job.objects.get().attempt) == (State.DELAYED, 1)


def test_who_asked_hears_once_how_it_ended(monkeypatch):
    heard: list[tuple[str, str]] = []
    monkeypatch.setitem(executions._LISTENERS, "thing", lambda run: heard.append((run.reply_id, run.state)))
    run = ask(reply_to=("thing", "7"))

    drain()
    executions.give_up(str(run.pk), "again")

    assert heard == [("7", "done")]


def test_a_granted_capability_reads_the_article_the_run_is_about_and_is_counted():
    article = published_article()
    plugin("def run(given):\n    return {'title': read_article()['title']}\n", capabilities=["read_article"])
    run = executions.ask("sample", {}, subject=("article", str(article.pk)), actor=OWNER)
    lost = executions.ask("sample", {}, actor=OWNER)

    drain()

    assert ended(run)[:2] == ("done", {"title": article.title}) and run.calls == {"read_article": 1}
    assert "about no published article" in ended(lost)[2]


def test_what_an_author_marked_as_secret_is_shown_to_nobody():
    schema = {"type": "object", "properties": {"pin": {"type": "string", "writeOnly": True}}}

    assert shown(schema, {"pin": "1234", "name": "x", "api_key": "abc"}) == {
        "pin": "•••",
        "name": "x",
        "api_key": "•••",
    }
