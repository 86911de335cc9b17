"""The owner's pages: read by whoever may, changed by owners only and by POST, and nothing typed is lost."""

import json

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.tests.given import signed_in
from plugins import executions
from plugins import manifest as rules
from plugins.models import Plugin, PluginExecutionLog, PluginGrant
from plugins.tests.given import ANY, ECHO, OWNER, manifest, plugin
from queues.draining import drain
from queues.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
LIST = "/admin/plugins/plugin/"
WRITES = ("switch", "grant", "revoke", "try")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_owner_installs_grants_switches_on_and_tries():
    owner = signed_in(Role.OWNER)
    says = manifest(capabilities=["read_article"], title="<b>A sample</b>")

    owner.post(f"{LIST}add/", {"manifest": json.dumps(says), "source": ECHO})
    taken = Plugin.objects.get()
    here = f"{LIST}{taken.pk}/"
    assert "nobody granted yet" in page(owner, f"{here}change/")
    owner.post(f"{here}switch/", {"on": "1"})
    assert not Plugin.objects.get().enabled
    owner.post(f"{here}grant/", {"capability": "read_article"})
    owner.post(f"{here}switch/", {"on": "1"})
    owner.post(f"{here}try/", {"given": '{"a": "<script>"}', "article": ""})
    drain()

    shown = page(owner, f"{here}change/")
    assert "&lt;b&gt;A sample" in shown and "<b>A sample" not in shown
    assert "Switched on" in shown and "Done" in shown
    run = PluginExecutionLog.objects.get()
    assert (run.output, run.asked_by) == ({"a": "<script>"}, "owner@copydesk.example")
    assert "&lt;script&gt;" in page(owner, f"/admin/plugins/pluginexecutionlog/{run.pk}/change/")


def test_what_is_refused_keeps_what_was_typed_and_says_why():
    owner = signed_in(Role.OWNER)

    answer = owner.post(f"{LIST}add/", {"manifest": json.dumps(manifest(version="one")), "source": "my own words"})

    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "version: String should match" in shown and "my own words" in shown
    assert not Plugin.objects.exists()


def test_one_taken_before_its_schema_was_refused_is_shown_and_not_run(monkeypatch):
    taken, owner = plugin(), signed_in(Role.OWNER)
    monkeypatch.setattr(rules, "MOST_SCHEMA_CHARACTERS", 5)

    assert "A sample" in page(owner, LIST)
    owner.post(f"{LIST}{taken.pk}/try/", {"given": "{}", "article": ""})

    assert "sample 1.0.0 is no longer taken; install it anew" in page(owner, f"{LIST}{taken.pk}/change/")
    assert not PluginExecutionLog.objects.exists()


@pytest.mark.parametrize("given", ["{", '{"n": 1}', "7"])
def test_an_input_that_does_not_fit_runs_nothing(given):
    owner, taken = signed_in(Role.OWNER), plugin(input=ANY | {"properties": {"n": {"type": "string"}}})

    answer = owner.post(f"{LIST}{taken.pk}/try/", {"given": given}, follow=True)

    assert "Nothing was done" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("word", WRITES)
@pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 403), (Role.CUSTOMER, 302)])
def test_whoever_may_not_changes_nothing(word, role, status):
    taken = plugin(on=False, granted=False, capabilities=["read_article"])
    client = signed_in(role)

    assert client.post(f"{LIST}{taken.pk}/{word}/", {"on": "1", "capability": "read_article"}).status_code == status
    assert client.post(f"{LIST}add/", {"manifest": "{}", "source": ECHO}).status_code == status
    assert not Plugin.objects.get().enabled
    assert not PluginGrant.objects.exists() and not Job.objects.exists()


@pytest.mark.parametrize("word", WRITES)
def test_nothing_changes_by_get_or_without_a_token(word):
    owner, taken = signed_in(Role.OWNER), plugin(on=False)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(User.objects.get())

    assert owner.get(f"{LIST}{taken.pk}/{word}/").status_code == 405
    assert careful.post(f"{LIST}{taken.pk}/{word}/", {"on": "1"}).status_code == 403
    assert not Plugin.objects.get().enabled


def test_secret_fields_are_masked_in_a_run():
    owner = signed_in(Role.OWNER)
    plugin(input=ANY | {"properties": {"pin": {"type": "string", "writeOnly": True}}})
    run = executions.ask("sample", {"pin": "planted-1234"}, actor=OWNER)

    assert "planted-1234" not in page(owner, f"/admin/plugins/pluginexecutionlog/{run.pk}/change/")
