"""A claim is looked into at once; what cannot be put back is for staff, and after the end nothing is taken."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import PERMISSIONS, Role
from backlinks import guarantee
from backlinks.actors import customer_of
from backlinks.models import GuaranteeClaim, LinkCertificate, LinkLoss, Order, Refund
from backlinks.review import ReasonMissing
from backlinks.tests.aftermath import changed, gone_live, lose, slipped_in
from backlinks.tests.given import EDITOR, live_body
from backlinks.tests.looking import browser, forms, page, plain_static, words  # noqa: F401
from mail.models import EmailLog

pytestmark = pytest.mark.django_db


def claim_by_form(order):
    return browser(order).post(page(order, "claim/"), follow=True)


def gone(order) -> str:
    """The link's whole paragraph is replaced: nothing can put it back."""
    as_bought = live_body(order.article)
    slipped_in(order.article, as_bought.replace(changed(order)[1], "Something else entirely."))
    return as_bought


def test_the_order_shows_until_when_it_is_guaranteed(stripe, openai):
    order = gone_live(stripe)
    certificate = LinkCertificate.objects.get()
    live_since = order.submitted_version.__class__.objects.get(pk=order.submitted_version_id).published_at

    answer = browser(order).get(page(order))

    until = certificate.guaranteed_until
    assert (until.year, until.month, until.day) == (live_since.year + 1, live_since.month, live_since.day)
    assert f"Guaranteed until {until.day} {until:%B %Y}" in words(answer)
    assert page(order, "claim/") in forms(answer)


def test_a_claim_about_a_link_that_stands_is_answered_with_its_proof(stripe, openai):
    order = gone_live(stripe)

    answer = claim_by_form(order)

    assert "stands in the article exactly as you bought it" in words(answer)
    assert GuaranteeClaim.objects.get().outcome == "stands"
    assert order.proofs.get().stands is True
    assert not EmailLog.objects.filter(kind="order_trouble").exists()


def test_a_missing_link_is_put_back_at_once(stripe, openai):
    order = gone_live(stripe)
    as_bought = lose(order)

    answer = claim_by_form(order)

    assert live_body(order.article) == as_bought
    assert "we have put it back" in words(answer)
    assert GuaranteeClaim.objects.get().outcome == "restored"


def test_what_cannot_be_put_back_waits_for_staff_who_refund_with_a_reason(stripe, openai, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    order = gone_live(stripe)
    gone(order)

    claim_by_form(order)

    claim = GuaranteeClaim.objects.get()
    assert claim.outcome == "open"
    troubles = EmailLog.objects.filter(kind="order_trouble").values_list("context__trouble", flat=True)
    assert sorted(troubles) == ["A guarantee is claimed", "A paid link is lost"]
    assert not Refund.objects.exists()
    with pytest.raises(ReasonMissing):
        guarantee.refund(claim=claim, actor=EDITOR, reason=" ")
    guarantee.refund(claim=claim, actor=EDITOR, reason="The paragraph is gone.")
    claim.refresh_from_db()
    assert (claim.outcome, claim.reason, claim.decided_by_label) == ("refund", "The paragraph is gone.", EDITOR.label)
    assert Refund.objects.get().status == "requested"
    with pytest.raises(guarantee.NotOpen):
        guarantee.refuse(claim=claim, actor=EDITOR, reason="Too late.")


def test_a_second_claim_waits_for_the_first(stripe, openai):
    order = gone_live(stripe)
    gone(order)
    claim_by_form(order)

    answer = claim_by_form(order)

    assert answer.status_code == 409
    assert "You have claimed already" in words(answer)
    assert GuaranteeClaim.objects.count() == 1


def test_staff_are_believed_that_it_is_back_only_when_it_stands(stripe, openai):
    order = gone_live(stripe)
    as_bought = gone(order)
    claim = guarantee.claim(order=order, actor=customer_of(order))

    with pytest.raises(guarantee.NothingGuaranteed):
        guarantee.put_back(claim=claim, actor=EDITOR, reason="Put back.")
    slipped_in(order.article, as_bought)
    guarantee.put_back(claim=claim, actor=EDITOR, reason="Put back.")

    claim.refresh_from_db()
    assert (claim.outcome, claim.reason) == ("restored", "Put back.")


def test_a_refused_claim_tells_the_customer_why(stripe, openai):
    order = gone_live(stripe)
    gone(order)
    claim = guarantee.claim(order=order, actor=customer_of(order))

    guarantee.refuse(claim=claim, actor=EDITOR, reason="You asked for its removal.")

    assert EmailLog.objects.get(kind="claim_refused").context["reason"] == "You asked for its removal."


def test_after_the_end_a_claim_is_refused_in_plain_words_and_nothing_is_written(stripe, openai):
    order = gone_live(stripe)
    body = gone(order) and live_body(order.article)
    over = timezone.now() - timedelta(days=1)
    LinkCertificate.objects.update(guaranteed_until=over)
    emails = EmailLog.objects.count()

    answer = claim_by_form(order)

    assert answer.status_code == 409
    assert f"The guarantee ended on {over.day} {over:%B %Y}" in words(answer)
    assert not GuaranteeClaim.objects.exists()
    assert not LinkLoss.objects.exists()
    assert not order.proofs.exists()
    assert live_body(order.article) == body
    assert EmailLog.objects.count() == emails


def test_nobody_has_it_looked_at_without_end(stripe, openai):
    order = gone_live(stripe)

    answers = [claim_by_form(order).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert GuaranteeClaim.objects.count() == 5


def test_a_claim_is_decided_by_whoever_may_refund_and_with_a_reason(stripe, openai, client, editor, monkeypatch):
    order = gone_live(stripe)
    gone(order)
    claim = guarantee.claim(order=order, actor=customer_of(order))
    address = f"/admin/backlinks/order/{order.pk}/claim/"
    client.force_login(editor)
    with monkeypatch.context() as without:
        without.setitem(PERMISSIONS, Role.EDITOR, PERMISSIONS[Role.EDITOR] - {"backlinks.refund_order"})
        assert client.post(address, {"decision": "refund", "reason": "So be it."}).status_code == 403

    client.post(address, {"decision": "refund", "reason": " "})
    assert not Refund.objects.exists()
    client.post(address, {"decision": "refund", "reason": "So be it."})

    claim.refresh_from_db()
    assert (claim.outcome, claim.decided_by_label) == ("refund", editor.email)
    assert Refund.objects.get().reason == "staff"


def test_a_refunded_order_guarantees_nothing(stripe, openai):
    order = gone_live(stripe)
    Order.objects.update(status="REFUNDED")

    answer = claim_by_form(order)

    assert answer.status_code == 409
    assert not GuaranteeClaim.objects.exists()
