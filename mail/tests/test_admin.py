"""Emails as staff look them up."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role

LIST = reverse("admin:mail_emaillog_changelist")


@pytest.fixture
def editor(client, db, plain_static):
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))
    return client


def test_an_email_is_found_by_its_recipient_and_by_its_order(owe, editor):
    email = owe()

    for query in ("ada@", "41", str(email.id)):
        page = editor.get(LIST, {"q": query})
        assert [row.pk for row in page.context["cl"].result_list] == [email.pk]
    assert not editor.get(LIST, {"q": "bob@"}).context["cl"].result_list


def test_its_page_shows_how_it_read_in_a_sandbox_and_without_the_access_link(owe, editor):
    email = owe(kind="changes_requested", reason="<script>alert(1)</script>")

    page = editor.get(reverse("admin:mail_emaillog_change", args=[email.pk]))

    content = page.content.decode()
    assert page.status_code == 200
    assert '<iframe sandbox="" title="The email as HTML" srcdoc="&lt;!doctype html&gt;' in content
    assert "<script>alert(1)</script>" not in content
    assert "Our editor’s answer: your link in “Salt &amp; &lt;Stone&gt;”" in content
    assert "&lt;h1 class=&quot;ink&quot;" in content
    assert "s3cret" not in content
    assert 'name="_save"' not in content


def test_a_kind_whose_templates_are_gone_can_still_be_looked_at(owe, editor):
    email = owe()
    type(email).objects.update(kind="of_old")

    page = editor.get(reverse("admin:mail_emaillog_change", args=[email.pk]))

    assert page.status_code == 200
    assert b"There are no templates for this kind any more." in page.content


@pytest.mark.parametrize("verb", ["add", "delete"])
def test_nobody_adds_or_deletes(owe, editor, verb):
    args = [] if verb == "add" else [owe().pk]

    assert editor.post(reverse(f"admin:mail_emaillog_{verb}", args=args), {"post": "yes"}).status_code == 403
