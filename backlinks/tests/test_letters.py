"""Who hears of a submission."""

import pytest

from backlinks import letters
from backlinks.tests.given import article_for_sale, submitted, written
from mail.links import action_link
from mail.models import EmailLog
from queues.models import Job

pytestmark = pytest.mark.django_db


def test_the_desk_hears_of_each_submission_once_and_is_led_to_the_order(stripe, openai, settings):
    settings.DESK_EMAILS = ["desk@copydesk.example", "second@copydesk.example"]
    order = submitted(written(stripe, article_for_sale()))
    letters.submitted(order, order.submitted_version)

    emails = EmailLog.objects.filter(kind="new_submission").order_by("queued_at")
    assert sorted(email.to for email in emails) == settings.DESK_EMAILS
    for email in emails:
        assert action_link(email.subject_type, email.subject_id).endswith(f"/admin/backlinks/order/{order.pk}/change/")
        assert email.context["target_url"] == order.target_url
    assert Job.objects.filter(subject_type="email", subject_id__in=[str(email.pk) for email in emails]).count() == 2
    assert EmailLog.objects.filter(kind="submitted").count() == 1


def test_where_nobody_is_named_only_the_customer_hears(stripe, openai, settings):
    settings.DESK_EMAILS = []
    order = submitted(written(stripe, article_for_sale()))

    assert [email.to for email in EmailLog.objects.filter(kind="submitted")] == [order.email]
    assert not EmailLog.objects.filter(kind="new_submission").exists()


def test_what_is_quoted_says_its_language(stripe, openai):
    order = written(stripe, article_for_sale())

    email = EmailLog.objects.get(kind="backlink_integrated")
    assert email.context["article_language"] == order.article.language
