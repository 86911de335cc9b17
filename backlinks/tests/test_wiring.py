import pytest

from backlinks.access import order_for_token
from backlinks.tests.given import bought, quoted
from mail.links import action_link
from queues import searching
from queues.models import Job
from queues.subjects import subject_of

pytestmark = pytest.mark.django_db


def test_an_email_about_an_order_leads_to_it_with_a_token_that_opens_it(settings):
    order = quoted()

    link = action_link("order", str(order.pk))

    page, _, token = link.partition("?access=")
    assert page == f"{settings.SITE_URL}/orders/{order.pk}/"
    assert order_for_token(token) == order


def test_the_queue_can_say_what_its_jobs_are_about(stripe):
    order = bought(stripe)

    described = {job.subject_type: subject_of(job).describe(job.subject_id) for job in Job.objects.all()}

    assert described["order"].label == f"order {order.reference}: link in “{order.article.title}”"
    assert described["stripe_event"].label.startswith("Stripe event evt_")


def test_an_owner_finds_the_jobs_of_an_order_by_what_they_were_given(stripe):
    order, _ = bought(stripe), bought(stripe)

    (found,) = Job.objects.filter(searching.found("backlink-integration", f"payload.order_id:{order.pk}"))

    assert found.payload["order_id"] == str(order.pk)
