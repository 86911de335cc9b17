"""Each kind as staff look at it beforehand."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from mail.confidential import COVER
from mail.kinds import KINDS
from mail.models import EmailLog
from mail.samples import facts, sample

EACH = reverse("admin:mail_emaillog_each_kind")


def page_of(kind: str) -> str:
    return reverse("admin:mail_emaillog_kind", args=[kind])


@pytest.fixture
def editor(client, db, plain_static):
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))
    return client


def test_every_kind_is_listed_with_its_subject_and_its_page(editor):
    content = editor.get(EACH).content.decode()

    for kind in KINDS:
        assert f'href="{page_of(kind)}"' in content
    assert "Live now: your link in “How sourdough starters really work”" in content


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_shown_as_html_in_a_sandbox_and_as_text_and_nothing_is_owed(kind, editor):
    page = editor.get(page_of(kind))

    content = page.content.decode()
    assert page.status_code == 200
    assert '<iframe class="text" sandbox="" title="The email as HTML" srcdoc="&lt;!doctype html&gt;' in content
    assert '<pre class="diff">' in content
    assert "[" not in page.context["email"].text, "a word without a sample"
    assert not EmailLog.objects.exists()


def test_a_sign_in_code_is_covered(editor):
    assert sample("sign_in_code")["code"] == COVER
    assert COVER in editor.get(page_of("sign_in_code")).content.decode()


def test_what_is_either_so_or_not_can_be_looked_at_both_ways(editor):
    assert facts(sample("order_failed")) == {"refund": True}

    started = editor.get(page_of("order_failed")).context["email"].text
    waits = editor.get(page_of("order_failed"), {"other": "refund"}).context["email"].text

    assert "The refund of € 149.00 has been started." in started
    assert "Your payment of € 149.00 is safe." in waits


def test_what_is_no_kind_is_not_there(editor):
    assert editor.get(page_of("unheard_of")).status_code == 404


@pytest.mark.parametrize("address", [EACH, page_of("submitted")])
def test_whoever_may_not_see_emails_sees_no_kind(client, db, plain_static, address, monkeypatch):
    monkeypatch.setattr("accounts.roles.PERMISSIONS", {Role.EDITOR: frozenset({"articles.*"})})
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))

    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [EACH, page_of("submitted")])
def test_a_customer_is_sent_to_the_door(client, db, plain_static, address):
    client.force_login(User.objects.create_user("ada@example.com", Role.CUSTOMER))

    assert client.get(address).status_code in (302, 403, 404)
