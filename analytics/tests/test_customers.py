"""What customers read of the figures: readers in the catalogue, and what became of their own link and no other."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analytics.order_panel import figures_of
from analytics.ranges import Range, day_of
from analytics.tests.given import counted, put
from articles.models import Placement
from articles.tests.given import live_version, published_article
from backlinks.tests.aftermath import gone_live
from backlinks.tests.given import bought

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


def read(article_id: int, visitor: int, hours: int = 1) -> None:
    at = timezone.now() - timedelta(hours=hours)
    put("article_view", at=at, visitor=visitor, article_id=article_id, path="/articles/x/")
    counted(Range(day_of(at), day_of(at)))


def test_the_catalogue_says_how_many_read_an_article():
    read_one, unread = published_article(slug="read"), published_article(slug="unread")
    for visitor in (1, 2):
        read(read_one.pk, visitor)

    page = Client().get("/").content.decode()

    assert page.count("2 readers in 30 days") == 1
    assert "0 reader" not in page and unread.title in page


def test_before_a_link_is_live_there_is_nothing_to_say(stripe):
    assert figures_of(bought(stripe)) is None


def test_a_customer_reads_the_views_and_clicks_of_their_own_link(stripe, openai):
    order = gone_live(stripe)
    Placement.objects.update(live_since=timezone.now() - timedelta(days=3))
    other = published_article(slug="other")
    Placement.objects.create(
        article=other, version_first=live_version(other), href="https://x.example/", anchor="x",
        subject_type="order", subject_id="another",
    )  # fmt: skip
    read(order.article_id, 1)
    read(other.pk, 2)

    told = figures_of(order)

    assert told is not None
    assert (told["figures"].views, told["figures"].clicks) == (1, 0)
