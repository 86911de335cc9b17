"""The rules PostgreSQL itself keeps, whatever code may try."""

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from articles.models import Article, ArticleVersion, Placement
from articles.tests.given import (
    BODY,
    BREW,
    approved,
    candidate,
    go_live,
    live_version,
    published_article,
    sold,
    with_link,
)
from articles.versions import sha256_of

pytestmark = pytest.mark.django_db

REFUSED = (IntegrityError, InternalError)


@pytest.mark.parametrize(
    ("field", "value"),
    [("body", "other"), ("sha256", "0" * 64), ("size", 1), ("number", 99), ("base_id", None), ("published_at", None)],
)
def test_what_a_version_is_never_changes(field, value):
    version = go_live(approved(published_article(), BODY + "\nMore.\n"))

    with pytest.raises(REFUSED, match="never change"), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(**{field: value})

    version.refresh_from_db()
    assert version.body == BODY + "\nMore.\n"


def test_a_version_stays_with_its_article():
    version, other = candidate(published_article(), BODY), published_article()

    with pytest.raises(REFUSED, match="never change"), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(article=other)


def test_a_hash_that_is_not_the_bodys_is_refused():
    article = published_article()

    with pytest.raises(IntegrityError, match="not the hash"), transaction.atomic():
        ArticleVersion.objects.create(article=article, number=9, body="a", sha256=sha256_of("b"), size=1)

    assert article.versions.count() == 1


def test_a_version_readers_saw_cannot_be_deleted_not_even_by_sql():
    first = live_version(published_article())
    Article.objects.update(published_version=None, status="draft")

    with pytest.raises(REFUSED, match="stays on record"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_articleversion WHERE id = %s", [first.pk])

    assert ArticleVersion.objects.filter(pk=first.pk).exists()


def test_a_candidate_nobody_saw_may_be_deleted():
    version = candidate(published_article(), BODY + "x")

    version.delete()

    assert not ArticleVersion.objects.filter(pk=version.pk).exists()


def test_only_one_version_of_an_article_is_published():
    article = published_article()
    version = approved(article, BODY + "x")

    with pytest.raises(IntegrityError, match="version_one_published_per_article"), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(status="published", published_at=version.created_at)


def test_two_versions_of_an_article_never_share_a_number():
    article = published_article()

    with pytest.raises(IntegrityError, match="version_number_once_per_article"), transaction.atomic():
        ArticleVersion.objects.create(article=article, number=1, body="a", sha256=sha256_of("a"), size=1)


def test_nothing_goes_live_unapproved():
    version = candidate(published_article(), BODY + "x")

    with pytest.raises(IntegrityError), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(status="superseded", published_at=version.created_at)


def test_a_published_article_has_a_published_version():
    with pytest.raises(IntegrityError, match="article_published_has_version"), transaction.atomic():
        Article.objects.create(slug="a", title="A", price_minor=1, status="published")


def test_a_currency_is_three_lower_case_letters():
    with pytest.raises(IntegrityError, match="article_currency_is_iso"), transaction.atomic():
        Article.objects.create(slug="a", title="A", price_minor=1, currency="USD")


def test_one_payment_has_one_live_link():
    article = published_article()
    version = go_live(approved(article, with_link(BODY)), sold(subject="paid-once"))

    with pytest.raises(IntegrityError, match="placement_one_live_per_subject"), transaction.atomic():
        Placement.objects.create(
            article=article, version_first=version, href=BREW, anchor="a", subject_type="order", subject_id="paid-once"
        )
