"""The staff's pages: owners write, editors run and approve, and what was typed wrong is kept with its faults."""

import json

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.tests.given import signed_in
from queues.draining import drain
from queues.models import Job
from workflows import running
from workflows.models import StepState, Workflow, WorkflowRun
from workflows.tests.given import OWNER, begun, chain, effects, unreadable, workflow
from workflows.tests.test_running import APPROVAL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
LIST, RUNS = "/admin/workflows/workflow/", "/admin/workflows/workflowrun/"


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_owner_writes_one_reads_its_fault_mends_it_and_switches_it_on():
    owner = signed_in(Role.OWNER)
    given = {"name": "My own", "slug": "my-own"}
    wrong = chain("a", "b")
    wrong["steps"]["b"]["step"] = "no_such_step"

    answer = owner.post(f"{LIST}add/", {**given, "definition": json.dumps(wrong)})
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "steps.b.step: there is no &#x27;no_such_step&#x27;" in shown and "no_such_step&quot;" in shown
    assert not Workflow.objects.exists()

    owner.post(f"{LIST}add/", {**given, "definition": json.dumps(chain("a", "b"))})
    made = Workflow.objects.get()
    owner.post(f"{LIST}{made.pk}/switch/", {"on": "1"})
    shown = page(owner, f"{LIST}{made.pk}/change/")
    assert shown.count("<rect") == 2 and "Switched on" in shown and "Starts with a." in shown


def test_a_definition_that_this_release_cannot_read_is_told_on_its_pages_with_its_faults_and_mended_there():
    owner, made = signed_in(Role.OWNER), unreadable("bad")
    run = running.start(workflow=made, trigger="by hand", actor=OWNER)

    shown = page(owner, f"{LIST}{made.pk}/change/")
    assert "This release cannot read its definition" in shown
    assert "trigger.time_zone: Extra inputs are not permitted" in shown
    assert "This release cannot read its definition" in page(owner, f"{RUNS}{run.pk}/change/")
    assert page(owner, LIST)

    given = {"name": made.name, "slug": made.slug, "seen_version": "2", "definition": json.dumps(chain("a"))}
    owner.post(f"{LIST}{made.pk}/write/", given)
    assert "cannot read its definition" not in page(owner, f"{LIST}{made.pk}/change/")


def test_two_who_write_at_once_do_not_overwrite_each_other():
    owner, made = signed_in(Role.OWNER), workflow(chain("a"))
    given = {"name": made.name, "slug": made.slug, "seen_version": "1"}
    owner.post(f"{LIST}{made.pk}/write/", {**given, "definition": json.dumps(chain("a", "b"))})

    answer = owner.post(f"{LIST}{made.pk}/write/", {**given, "definition": json.dumps(chain("a", "z"))})

    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "version 2 was written meanwhile" in shown and "&quot;z&quot;" in shown
    assert made.versions.count() == 2


def test_an_editor_starts_a_run_reads_it_and_gives_the_word_it_waits_for():
    editor, made = signed_in(Role.EDITOR), workflow(APPROVAL)
    editor.post(f"{LIST}{made.pk}/start/", {"subject_type": "thing", "subject_id": "<7>"})
    drain()
    run = WorkflowRun.objects.get()
    shown = page(editor, f"{RUNS}{run.pk}/change/")
    assert "Good?" in shown and "&lt;7&gt;" in shown and "<7>" not in shown

    step = run.steps.get()
    editor.post(f"{RUNS}{run.pk}/decide/", {"step": str(step.pk), "answer": "yes", "reason": "fine"})
    drain()

    assert effects(run) == ["a"]
    shown = page(editor, f"{RUNS}{run.pk}/change/")
    assert "Sample: done" in shown and "editor@copydesk.example" in shown


def test_a_run_that_failed_is_retried_and_one_under_way_cancelled_with_a_reason():
    editor, run = signed_in(Role.EDITOR), begun(APPROVAL)
    drain()
    running.fail(str(run.steps.get().pk), "it <b>broke</b>")
    assert "it &lt;b&gt;broke" in page(editor, f"{RUNS}{run.pk}/change/")

    editor.post(f"{RUNS}{run.pk}/retry/")
    drain()
    editor.post(f"{RUNS}{run.pk}/cancel/", {"reason": " "})
    run.refresh_from_db()
    assert run.state == "waiting"
    editor.post(f"{RUNS}{run.pk}/cancel/", {"reason": "wrong one"})

    run.refresh_from_db()
    assert run.state == "cancelled"
    assert list(run.steps.order_by("pk").values_list("state", flat=True)) == [StepState.FAILED, StepState.CANCELLED]


WRITES = [f"{LIST}add/", LIST + "{w}/write/", LIST + "{w}/switch/", LIST + "{w}/start/"]
RUN_WRITES = [RUNS + "{r}/retry/", RUNS + "{r}/cancel/", RUNS + "{r}/decide/"]


@pytest.mark.parametrize("address", WRITES + RUN_WRITES)
@pytest.mark.parametrize("who", [Role.CUSTOMER, None])
def test_whoever_may_not_changes_nothing(address, who):
    run = begun(APPROVAL)
    drain()
    client = signed_in(who) if who else Client()
    before = (Job.objects.count(), WorkflowRun.objects.count(), Workflow.objects.get().enabled)

    answer = client.post(
        address.format(w=run.version.workflow_id, r=run.pk), {"on": "1", "answer": "yes", "reason": "x"}
    )

    assert answer.status_code == 302 and "login" in answer.headers["location"]
    assert (Job.objects.count(), WorkflowRun.objects.count(), Workflow.objects.get().enabled) == before


@pytest.mark.parametrize("address", WRITES[:3])
def test_an_editor_does_not_write(address):
    made = workflow(chain("a"))

    answer = signed_in(Role.EDITOR).post(address.format(w=made.pk), {"on": "1", "definition": "{}"})

    assert answer.status_code == 403 and not Workflow.objects.get().enabled


@pytest.mark.parametrize("address", [*WRITES[2:], *RUN_WRITES])
def test_nothing_changes_by_get_or_without_a_token(address):
    run = begun(APPROVAL)
    drain()
    owner = signed_in(Role.OWNER)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(User.objects.get())
    address = address.format(w=run.version.workflow_id, r=run.pk)

    assert owner.get(address).status_code == 405
    assert careful.post(address, {"answer": "yes", "reason": "x", "on": "1"}).status_code == 403
    run.refresh_from_db()
    assert (run.state, WorkflowRun.objects.count(), OWNER.label) == ("waiting", 1, run.started_by)
