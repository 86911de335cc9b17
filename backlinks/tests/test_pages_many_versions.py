"""A page with fifty versions to choose from stays small: a handful at a time, few queries, two side by side."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.versions import NewVersion, propose
from backlinks.models import Order, OrderStatus
from backlinks.tests.given import republished, submitted, versions_of, written
from backlinks.tests.looking import browser, choices, heading, page, plain_static, words  # noqa: F401

pytestmark = pytest.mark.django_db
MOST_QUERIES = 10


def with_versions(order, number):
    """As if the customer had asked again and again."""
    first = versions_of(order)[0]
    for regeneration in range(1, number):
        new = NewVersion(
            body=first.body,
            author_label=first.author_label,
            subject=("order", str(order.pk)),
            change=first.change,
            certificate=first.certificate,
            backlink_metadata={**first.backlink_metadata, "regeneration_count": regeneration},
        )
        propose(article=order.article, base=first.base, new=new)
    Order.objects.filter(pk=order.pk).update(regeneration_count=number - 1)
    return versions_of(order)


def listed(response):
    return [int(number) for number in re.findall(r"<summary>Version (\d+),", response.content.decode())]


def test_page_with_fifty_versions_asks_little_of_the_database(stripe, openai, customer):
    order = written(stripe)
    with_versions(order, 50)
    client = browser(order)
    client.force_login(customer)
    client.get(page(order))  # a first visit is noted among the account's sign-ins

    with CaptureQueriesContext(connection) as asked:
        response = client.get(page(order))

    assert listed(response) == [49, 48, 47, 46, 45]
    assert len(asked) <= MOST_QUERIES


def test_versions_an_article_outgrew_are_told_apart_without_asking_for_each(stripe, openai):
    order = written(stripe)
    first = with_versions(order, 50)[0]
    republished(order.article, first.base.body.replace(first.change["before"], "Another paragraph stands here now."))
    client = browser(order)

    with CaptureQueriesContext(connection) as asked:
        response = client.get(page(order))

    assert "The article was published anew since this was written" in words(response)
    assert choices(response) == [page(order, "regenerate/")]
    assert len(asked) <= MOST_QUERIES


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [("2", [6, 5, 4, 3, 2]), ("3", [1]), ("99", [1]), ("0", [11, 10, 9, 8, 7]), ("x", [11, 10, 9, 8, 7])],
)
def test_earlier_versions_are_leafed_through(stripe, openai, asked, numbers):
    order = written(stripe)
    with_versions(order, 12)

    response = browser(order).get(page(order), {"earlier": asked})

    assert listed(response) == numbers
    assert "11 in all" in words(response)


def test_an_earlier_version_is_compared_with_the_one_shown_and_can_be_submitted(stripe, openai):
    order = written(stripe)
    first, second, third = with_versions(order, 3)
    client = browser(order)
    address = page(order, f"versions/{second.pk}/")
    assert address in client.get(page(order)).content.decode()

    response = client.get(address)

    source = response.content.decode()
    assert heading(response) == "Version 2 beside version 3"
    assert source.count('class="certificate"') == 2
    assert re.findall(r'name="version" value="(\d+)"', source) == [str(second.pk), str(third.pk)]
    assert page(order, f"versions/{first.pk}/") in source
    client.post(page(order, "submit/"), {"version": second.pk})
    assert Order.objects.get(pk=order.pk).submitted_version == second


def test_the_version_shown_is_compared_with_nothing(stripe, openai):
    order = written(stripe)
    (shown,) = versions_of(order)

    response = browser(order).get(page(order, f"versions/{shown.pk}/"))

    assert (response.status_code, response["Location"]) == (303, page(order))


def test_what_is_with_the_editor_is_compared_without_a_button(stripe, openai):
    order = written(stripe)
    first = with_versions(order, 2)[0]
    submitted(order)

    response = browser(order).get(page(order, f"versions/{first.pk}/"))

    assert (heading(response), choices(response)) == ("Version 1 beside version 2", [])
    assert Order.objects.get(pk=order.pk).status == OrderStatus.ADMIN_REVIEW


def test_a_version_of_another_order_is_not_there(stripe, openai):
    mine, other = written(stripe), written(stripe)

    assert browser(mine).get(page(mine, f"versions/{versions_of(other)[0].pk}/")).status_code == 404
    assert browser(mine).get(page(other, f"versions/{versions_of(other)[0].pk}/")).status_code == 404
