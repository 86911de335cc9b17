"""The certificate is for whoever has its address, names no customer, and can be verified without us."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps

from accounts.roles import PERMISSIONS, Role
from audit.models import AccessEntry
from backlinks import certifying
from backlinks.evidence import evidence_of
from backlinks.evidence_pdf import as_pdf, printed
from backlinks.models import LinkCertificate, Order
from backlinks.tests.aftermath import gone_live, lose, watch
from backlinks.tests.given import live_body, quoted
from backlinks.tests.looking import browser, page, plain_static, words  # noqa: F401
from backlinks.tests.test_watching import UNREAD
from backlinks.watching import look

pytestmark = pytest.mark.django_db


def address(order) -> str:
    certificate = LinkCertificate.objects.get(order=order)
    return f"/certificates/{certificate.number}/{certificate.secret}/"


def test_the_certificate_shows_what_was_certified_and_nothing_of_the_customer(stripe, openai, client):
    order = gone_live(stripe)
    watch()

    answer = client.get(address(order))

    text = words(answer)
    version = order.submitted_version
    for said in (order.target_url, order.anchor_text, version.sha256, version.base.sha256, "It stands now."):
        assert said in text
    for secret in (order.email, order.customer_notes, str(order.pk), order.reference, "editor@copydesk.example"):
        assert secret not in answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()


def test_the_certified_bytes_give_the_certified_hash(stripe, openai, client):
    order = gone_live(stripe)

    answer = client.get(address(order) + "text.md")

    assert hashlib.sha256(answer.content).hexdigest() == order.submitted_version.sha256
    assert answer.content.decode() == live_body(order.article)


def test_whoever_guesses_is_told_there_is_none(stripe, openai, client):
    order = gone_live(stripe)
    certificate = LinkCertificate.objects.get()
    right = address(order)

    wrong = [right.replace(certificate.secret, "x" * 32), right.replace(certificate.number, "0" * 16)]
    wrong += [f"/certificates/{'0' * 16}/{certifying.NOBODYS[:-1]}/", right[:-2] + "/"]

    assert [client.get(it).status_code for it in wrong] == [404] * 4
    assert client.get(right).status_code == 200
    assert len(certificate.secret) == 32


def test_a_lost_link_does_not_stand_on_its_certificate(stripe, openai, client):
    order = gone_live(stripe)
    lose(order)

    assert "It does not stand at this moment." in words(client.get(address(order)))


def test_links_that_were_live_before_there_were_certificates_get_one(stripe, openai, client):
    order = gone_live(stripe)
    issued = LinkCertificate.objects.get()
    LinkCertificate.objects.all().delete()

    for _ in range(2):
        import_module("backlinks.migrations.0007_after_going_live").certify_what_is_live(apps, None)

    made = LinkCertificate.objects.get()
    assert (made.order, made.version) == (order, order.submitted_version)
    assert abs(made.guaranteed_until - issued.guaranteed_until) < timedelta(seconds=5)
    assert client.get(address(order)).status_code == 200


def test_months_end_on_the_same_day_or_the_months_last():
    def after(*date: int) -> tuple[int, int, int]:
        at = certifying.months_after(datetime(*date, 9, 30, tzinfo=UTC), 12)
        return (at.year, at.month, at.day)

    assert after(2026, 11, 25) == (2027, 11, 25)
    assert after(2028, 2, 29) == (2029, 2, 28)
    assert certifying.months_after(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2027, 2, 28, tzinfo=UTC)


def test_evidence_holds_payment_versions_approval_and_proofs(stripe, openai):
    order = gone_live(stripe)
    watch()

    answer = browser(order).get(page(order, "evidence.json"))

    whole = json.loads(answer.content)
    record = whole["record"]
    assert record["payment"]["payment"] == order.paid_by.payment_intent_id
    assert record["payment"]["amount_minor"] == 4900
    (version,) = record["versions"]
    assert (version["sha256"], version["state"]) == (order.submitted_version.sha256, "Published")
    assert version["base_sha256"] == order.submitted_version.base.sha256
    assert version["approved_by"] == "our staff"
    assert [proof["stands"] for proof in record["proofs"]] == [True]
    assert record["proofs"][0]["sha256"] == record["certificate"]["sha256"] == version["sha256"]
    assert [step["to"] for step in record["history"]][-1] == "Live"
    assert "editor@copydesk.example" not in answer.content.decode()
    assert "measured" not in record["looks_at_the_target"][0]["findings"][0]
    assert whole["record_sha256"] == evidence_of(Order.objects.get()).sha256


def test_the_same_record_gives_the_same_pdf(stripe, openai):
    order = gone_live(stripe)
    Order.objects.update(customer_notes="Ein Gruß, привет, 世界 und こんにちは <b>")

    first, second = (as_pdf(evidence_of(Order.objects.get())) for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF-")
    look(order.article_id, UNREAD)
    assert as_pdf(evidence_of(Order.objects.get())) != first


def test_what_is_printed_is_in_words(stripe, openai):
    order = gone_live(stripe)
    Order.objects.update(checks=[{"check": "target_opens", "passed": False, "message": "It did not open."}])
    record = evidence_of(Order.objects.get(pk=order.pk)).record

    payment, (check,) = dict(printed(record["payment"])), printed(record["checks_before_payment"][0])

    assert payment["Amount"] == "$49.00" and "Amount minor" not in payment
    assert check[1] == "It did not open: noted"


def test_evidence_is_for_its_customer_and_for_staff_who_are_logged(stripe, openai, client, editor, stranger):
    order = gone_live(stripe)
    assert client.get(page(order, "evidence.pdf")).status_code == 404
    client.force_login(stranger)
    assert client.get(page(order, "evidence.json")).status_code == 404
    theirs = browser(order).get(page(order, "evidence.pdf"))
    assert (theirs.status_code, theirs["Content-Type"]) == (200, "application/pdf")
    assert theirs["Content-Disposition"] == f'attachment; filename="order-{order.reference}.pdf"'
    assert not AccessEntry.objects.exists()

    client.force_login(editor)
    answer = client.get(f"/admin/backlinks/order/{order.pk}/evidence.json")

    assert answer.status_code == 200
    assert json.loads(answer.content)["record"]["versions"][0]["approved_by"] == "editor@copydesk.example"
    entry = AccessEntry.objects.get()
    assert (entry.action, entry.target_id, entry.what) == ("order.evidence_read", str(order.pk), "JSON")


def test_staff_who_may_not_see_orders_read_no_evidence(stripe, openai, client, editor, monkeypatch):
    order = gone_live(stripe)
    monkeypatch.setitem(PERMISSIONS, Role.EDITOR, frozenset({"mail.view_emaillog"}))
    client.force_login(editor)

    assert client.get(f"/admin/backlinks/order/{order.pk}/evidence.json").status_code == 403
    assert not AccessEntry.objects.filter(action="order.evidence_read").exists()


def test_there_is_no_evidence_of_what_was_not_paid():
    order = quoted()

    assert browser(order).get(page(order, "evidence.pdf")).status_code == 404
