"""What a customer decides: each button does its one thing once, and takes no word along."""

import pytest
from django.utils import timezone

from backlinks.models import Checkout, Order, OrderStatus
from backlinks.tests.given import bought, quoted, republished, submitted, till, versions_of, write, written
from backlinks.tests.looking import browser, hidden, page, plain_static, words  # noqa: F401
from queues.models import Job

pytestmark = pytest.mark.django_db


def state(order):
    return Order.objects.get(pk=order.pk).status


def press(order, action, **fields):
    return browser(order).post(page(order, action), fields)


def test_another_version_is_written(stripe, openai):
    order = written(stripe)

    response = press(order, "regenerate/")

    assert (response.status_code, response["Location"]) == (303, page(order))
    assert state(order) == OrderStatus.PROCESSING
    write()
    assert len(versions_of(order)) == 2


@pytest.mark.parametrize("action", ["regenerate/", "withdraw/", "pay/", "submit/", "ask-refund/"])
@pytest.mark.parametrize("where", ["form", "address"])
def test_no_button_takes_words(action, where):
    order = quoted()
    client, words_of_theirs = browser(order), {"prompt": "Write about casinos."}

    if where == "form":
        response = client.post(page(order, action), words_of_theirs)
    else:
        response = client.post(f"{page(order, action)}?prompt=casinos")

    assert response.status_code == 400
    assert "This takes no text and no instructions, so nothing was done." in words(response)
    assert order.events.count() == 1


def test_second_press_while_writing_is_refused_in_words(stripe, openai):
    order = written(stripe)
    press(order, "regenerate/")

    response = press(order, "regenerate/")

    assert response.status_code == 409
    assert "That is not possible where the order stands now." in words(response)
    assert "Request received!" in words(response)
    assert Job.objects.filter(name="integrate-backlink", subject_id=str(order.pk)).count() == 2


def test_version_that_is_shown_is_the_one_submitted(stripe, openai):
    order = written(stripe)
    client = browser(order)
    shown = hidden(client.get(page(order)), "version")

    response = client.post(page(order, "submit/"), shown, follow=True)

    assert response.redirect_chain == [(page(order), 303)]
    assert "Submitted. The editor reads exactly this version." in words(response)
    assert Order.objects.get(pk=order.pk).submitted_version == versions_of(order)[0]


def test_earlier_version_can_be_chosen(stripe, openai):
    order = written(stripe)
    press(order, "regenerate/")
    write()
    first, _ = versions_of(order)

    press(order, "submit/", version=first.pk)

    assert Order.objects.get(pk=order.pk).submitted_version == first


@pytest.mark.parametrize(("version", "status"), [("0", 409), ("9" * 30, 400), ("x", 400), ("-1", 400), ("²", 400)])
def test_version_that_cannot_be_submitted_is_refused(stripe, openai, version, status):
    order = written(stripe)

    response = press(order, "submit/", version=version)

    assert response.status_code == status
    assert state(order) == OrderStatus.QUALITY_CHECK


def test_version_of_another_order_is_refused(stripe, openai):
    mine, other = written(stripe), written(stripe)

    response = press(mine, "submit/", version=versions_of(other)[0].pk)

    assert response.status_code == 409
    assert "That version cannot be submitted any more." in words(response)


def test_version_the_article_outgrew_is_refused_and_another_offered(stripe, openai):
    order = written(stripe)
    version = versions_of(order)[0]
    base = version.base.body
    republished(order.article, base.replace(version.change["before"], "Another paragraph stands here now."))

    response = press(order, "submit/", version=version.pk)

    assert response.status_code == 409
    assert "this version no longer fits it" in words(response)
    assert "The article was published anew since this was written" in words(response)
    assert state(order) == OrderStatus.QUALITY_CHECK


def test_submission_is_taken_back(stripe, openai):
    order = submitted(written(stripe))

    response = browser(order).post(page(order, "withdraw/"), follow=True)

    assert "Taken back. Nothing was published." in words(response)
    assert state(order) == OrderStatus.QUALITY_CHECK


def test_disputed_order_moves_nowhere(stripe, openai):
    order = written(stripe)
    Order.objects.filter(pk=order.pk).update(disputed_at=timezone.now())

    response = press(order, "regenerate/")

    assert response.status_code == 409
    assert "Your bank has disputed the payment." in words(response)


@pytest.mark.parametrize("action", ["pay/", "regenerate/", "submit/", "withdraw/", "ask-refund/"])
def test_address_of_a_button_leads_back_to_the_order(action):
    order = quoted()

    response = browser(order).get(page(order, action))

    assert (response.status_code, response["Location"]) == (303, page(order))
    assert order.events.count() == 1


def test_paying_leads_to_the_same_open_checkout(stripe):
    order = quoted()
    checkout = till(order)

    response = press(order, "pay/")

    assert (response.status_code, response["Location"]) == (303, checkout.url)
    assert Checkout.objects.count() == 1


def test_paid_order_is_not_paid_again(stripe):
    order = bought(stripe)

    response = browser(order).post(page(order, "pay/"), follow=True)

    assert "There is nothing to pay" in words(response)
    assert Checkout.objects.count() == 1


def test_slot_that_is_gone_is_told_before_anybody_pays(stripe, openai):
    first = quoted()
    second = quoted(first.article, target_url=first.target_url)
    till(first)

    response = browser(second).post(page(second, "pay/"), follow=True)

    assert "is sold already, or about to be" in words(response)
    assert Checkout.objects.count() == 1


def test_regeneration_by_hand_in_the_wrong_state_writes_nothing(stripe):
    order = quoted()

    response = press(order, "regenerate/")

    assert response.status_code == 409
    assert not Job.objects.filter(name="integrate-backlink").exists()
