"""The steps of rooms that need little: a person's profile and an email, each once; and the events that start them."""

import pytest

from accounts import people
from accounts.models import Profile, User
from accounts.roles import Role
from mail.models import EmailLog
from queues.draining import drain
from workflows.models import WorkflowRun
from workflows.tests.given import OWNER, begun, states, workflow

pytestmark = pytest.mark.django_db
PROFILE = {"start": "p", "steps": {"p": {"step": "create_user_profile", "with": {"language": "de"}}}}
EMAIL = {
    "start": "e",
    "steps": {"e": {"step": "send_email", "with": {"to": "ada@example.org", "about": "News", "text": "A\nB"}}},
}


def test_an_account_that_is_made_has_its_profile_once():
    made = workflow({**PROFILE, "trigger": {"event": "user_created"}}, on=True)

    user = people.of_address("ada.lovelace@example.org")
    drain(only="run-workflow"), drain(only="execute-step")

    profile = Profile.objects.get()
    assert (profile.user, profile.display_name, profile.language) == (user, "Ada Lovelace", "de")
    run = WorkflowRun.objects.get()
    assert (run.version.workflow, run.subject, run.state) == (made, ("user", str(user.pk)), "done")
    again = begun(PROFILE, subject=("user", str(user.pk)))
    drain()
    assert states(again)[0] == "done" and Profile.objects.count() == 1


@pytest.mark.parametrize("subject", [("", ""), ("user", "nobody"), ("article", "1"), ("user", "99999")])
def test_what_is_no_person_has_none_and_the_run_says_so(subject):
    run = begun(PROFILE, subject=subject)

    drain()

    assert states(run)[0] == "failed" and "not about a person" in run.error
    assert not Profile.objects.exists()


def test_an_email_is_owed_once_for_each_run_and_step():
    run = begun(EMAIL)
    drain(only="run-workflow"), drain(only="execute-step")

    email = EmailLog.objects.get()
    assert (email.to, email.kind, email.subject_id) == ("ada@example.org", "workflow_note", str(run.steps.get().pk))
    assert email.context == {"about_line": "News", "text_lines": ["A", "B"], "run": run.pk}


@pytest.mark.parametrize("group", ["desk", "owners"])
def test_an_email_goes_to_a_group(group, settings):
    settings.DESK_EMAILS, settings.ALERT_EMAILS = ["desk@example.org"], ["owners@example.org", "two@example.org"]
    step = {**EMAIL["steps"]["e"], "with": {**EMAIL["steps"]["e"]["with"], "to": group}}
    begun({"start": "e", "steps": {"e": step}})
    drain(only="run-workflow"), drain(only="execute-step")

    assert EmailLog.objects.count() == {"desk": 1, "owners": 2}[group]


def test_an_account_added_by_staff_is_told_of_too():
    workflow({**PROFILE, "trigger": {"event": "user_created"}}, on=True)

    people.add(user=User(email="new@example.org", role=Role.EDITOR), actor=OWNER)

    assert WorkflowRun.objects.get().trigger == "user_created"
