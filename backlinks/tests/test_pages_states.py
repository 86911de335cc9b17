"""An order's page in each of its states says what is true, and offers what is possible."""

import pytest
from django.utils import timezone

from backlinks import review
from backlinks.actors import customer_of
from backlinks.checkout import close
from backlinks.failing import work_came_to_nothing
from backlinks.fulfilment import settle_lost
from backlinks.models import CheckoutStatus, Order, OrderStatus, Refund, RefundStatus
from backlinks.tests.given import (
    EDITOR,
    approved,
    bought,
    quoted,
    submitted,
    till,
    versions_of,
    write,
    writers_are_in,
    written,
)
from backlinks.tests.looking import EVIL, browser, choices, heading, page, plain_static, words  # noqa: F401
from backlinks.views.order_page import HEADLINES
from queues.draining import drain

pytestmark = pytest.mark.django_db

REASON = "The sentence says\n<b>nothing</b> new."


def look(order, query=""):
    return browser(order).get(page(order) + query)


def test_unpaid_order_offers_to_pay():
    order = quoted()

    response = look(order)

    assert heading(response) == "Not paid yet"
    assert "Pay $49.00" in words(response)
    assert choices(response) == [page(order, "pay/")]
    assert "http-equiv" not in response.content.decode()


def test_back_from_paying_waits_for_the_confirmation(stripe):
    order = quoted()
    till(order)

    response = look(order, "?paid=1")

    assert heading(response) == "Waiting for the payment"
    assert 'hx-trigger="every 2s"' in response.content.decode()
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in response.content.decode()


def test_claim_of_having_paid_counts_for_nothing_without_a_checkout():
    assert heading(look(quoted(), "?paid=1")) == "Not paid yet"


def test_payment_that_takes_days_is_waited_for(stripe):
    order = quoted()
    checkout = till(order)
    type(checkout).objects.filter(pk=checkout.pk).update(status=CheckoutStatus.PENDING)

    assert heading(look(order)) == "Waiting for the payment"


def test_paid_order_shows_how_far_it_is(stripe):
    order = bought(stripe)
    writers_are_in()

    response = look(order)

    assert heading(response) == "Request received!"
    assert "Waiting for a free writer" in words(response)
    assert 'hx-trigger="every 2s"' in response.content.decode()
    assert "paid" in words(response)


def test_version_is_shown_with_its_difference_certificate_and_buttons(stripe, openai):
    order = written(stripe)
    version = versions_of(order)[0]

    response = look(order)

    text, source = words(response), response.content.decode()
    assert heading(response) == "Your change is ready to read"
    assert version.change["heading"] in text
    assert "<ins>" in source
    assert '<mark class="paid-link"' in source
    passed = sum(result["passed"] for result in version.certificate)
    assert f"{passed} checks passed" in text
    assert choices(response) == [page(order, "submit/"), page(order, "regenerate/")]
    assert f'name="version" value="{version.pk}"' in source
    assert "Earlier versions" not in text
    assert "Written by the offline writer" in text
    assert "No language model was used." in text


def test_earlier_versions_can_be_submitted_too(stripe, openai):
    order = written(stripe)
    review.regenerate(order=order, actor=customer_of(order))
    write()
    first, second = versions_of(order)

    response = look(order)

    text, source = words(response), response.content.decode()
    assert "Version 2" in text
    assert "Earlier versions Version 1" in text
    assert source.index(f'name="version" value="{second.pk}"') < source.index(f'name="version" value="{first.pk}"')


def test_failed_regeneration_says_so_and_keeps_the_earlier_version(stripe, openai):
    order = written(stripe)
    review.regenerate(order=order, actor=customer_of(order))
    work_came_to_nothing(str(order.pk), reason="OperationalError: secret of the machine")

    response = look(order)

    assert heading(response) == "Your change is ready to read"
    assert "The latest attempt did not lead to a version that passes our checks." in words(response)
    assert "secret of the machine" not in response.content.decode()
    assert page(order, "submit/") in choices(response)


def test_submitted_order_can_be_taken_back(stripe, openai):
    order = submitted(written(stripe))

    response = look(order)

    assert heading(response) == "With the editor"
    assert "An editor reads your version next." in words(response)
    assert choices(response) == [page(order, "withdraw/")]


def test_live_order_leads_to_the_article(stripe, openai):
    order = submitted(written(stripe))
    approved(order)

    response = look(order)

    assert heading(response) == "Your link is live"
    assert f'href="{order.article.get_absolute_url()}"' in response.content.decode()
    assert f"since {timezone.now():%-d %B %Y}" in words(response)
    assert choices(response) == []
    assert "editor@copydesk.example" not in response.content.decode()


def test_rejected_order_gives_the_editors_reason(stripe, openai):
    order = submitted(written(stripe))
    review.reject(order=order, actor=EDITOR, reason=REASON)

    response = look(order)

    assert heading(response) == "The editor decided against this version"
    assert "The sentence says <b>nothing</b> new." in words(response)
    assert "<b>nothing" not in response.content.decode()
    assert choices(response) == [page(order, "regenerate/"), page(order, "ask-refund/")]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (RefundStatus.REQUESTED, "The refund of $49.00 has been started."),
        (RefundStatus.SUCCEEDED, "$49.00 went back the way you paid."),
        (RefundStatus.FAILED, "The refund of $49.00 did not go through at once."),
    ],
)
def test_failed_order_says_how_its_refund_stands(stripe, settings, status, told):
    settings.REFUND_ON_FINAL_FAILURE = True
    order = bought(stripe)
    work_came_to_nothing(str(order.pk), reason="QualityRefused: no edit passed")
    Refund.objects.filter(order=order).update(status=status)

    response = look(order)

    assert heading(response) == "We could not place your link"
    assert told in words(response)
    assert "QualityRefused" not in response.content.decode()
    assert choices(response) == []


def test_failed_order_without_a_refund_says_the_payment_is_safe(stripe, settings):
    settings.REFUND_ON_FINAL_FAILURE = False
    order = bought(stripe)
    work_came_to_nothing(str(order.pk), reason="")

    assert "Your payment is safe." in words(look(order))


def test_order_nobody_paid_for_may_be_paid_again(stripe):
    order = quoted()
    settle_lost((checkout := till(order)).pk, checkout.stripe_session_id)

    response = look(order)

    assert heading(response) == "Not paid"
    assert choices(response) == [page(order, "pay/")]


def test_refunded_order_says_so(stripe, settings):
    settings.REFUND_ON_FINAL_FAILURE = True
    order = bought(stripe)
    work_came_to_nothing(str(order.pk), reason="")
    drain(only="refund-order")

    response = look(order)

    assert heading(response) == "Refunded"
    assert "$49.00 went back the way you paid" in words(response)


def test_disputed_order_says_so_and_offers_nothing(stripe, openai):
    order = written(stripe)
    Order.objects.filter(pk=order.pk).update(disputed_at=timezone.now())

    response = look(order)

    assert "The payment is disputed." in words(response)
    assert choices(response) == []


def test_history_tells_what_happened_in_the_customers_words(stripe, openai):
    order = submitted(written(stripe))
    review.withdraw(order=order, actor=customer_of(order))

    steps = [step.words for step in look(order).context["page"].steps]

    assert steps == [
        "Ordered",
        "Paid, writing began",
        "Ready for you to read",
        "You submitted it to the editor",
        "You took it back",
    ]


def test_nothing_a_customer_wrote_is_markup(stripe, openai):
    order = written(stripe, customer_notes=EVIL)
    Order.objects.filter(pk=order.pk).update(
        target_url=f"https://shop.example.com/{EVIL}", anchor_text=f"a {EVIL}", email=f'"{EVIL}"@example.com'
    )
    type(versions_of(order)[0]).objects.filter(subject_id=str(order.pk)).update(
        backlink_metadata={"target_url": f"https://x/{EVIL}", "anchor_text": EVIL, "regeneration_count": 0}
    )

    source = look(order).content.decode()

    assert EVIL not in source
    assert source.count("&lt;script&gt;") >= 4


def test_every_state_has_its_page():
    assert {status.lower() for status in OrderStatus.values} <= set(HEADLINES)


def test_closed_checkout_is_not_waited_for(stripe):
    order = quoted()
    close(till(order), CheckoutStatus.EXPIRED)

    assert heading(look(order, "?paid=1")) == "Not paid yet"
