"""Taking in texts byte for byte."""

import hashlib

import pytest
from django.core.management import call_command

from articles.describing import Facts
from articles.importing import UnreadableSource, import_article
from articles.models import Article, ArticleVersion
from articles.publishing import BreaksPaidLink
from articles.tests.given import BODY, EDITOR, approved, go_live, published_article, sold, with_link

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "source",
    [
        b"# Crooked\r\n\r\nlines \r and \x0c feeds\n\n",
        "\ufeff# With a mark\n".encode(),
        "# No newline at the end, and café decomposed: cafe\u0301".encode(),
        b"---\ntitle: [unclosed\n---\n# Broken front matter\n",
    ],
    ids=["line endings", "byte order mark", "no newline", "broken front matter"],
)
def test_every_byte_is_kept(source):
    done = import_article(source_bytes=source, actor=EDITOR, slug="kept")

    kept = ArticleVersion.objects.get(pk=done.version.pk)
    assert kept.body.encode() == source
    assert (kept.sha256, kept.size) == (hashlib.sha256(source).hexdigest(), len(source))


def test_front_matter_says_what_the_article_is():
    source = b"---\ntitle: Tee\nlang: de\ndescription: Kurz.\ntopic: T\nprice_minor: 3950\ncurrency: EUR\n---\nText.\n"

    article = import_article(source_bytes=source, actor=EDITOR).article

    assert (article.slug, article.title, article.language, article.description) == ("tee", "Tee", "de", "Kurz.")
    assert (article.topic, article.price_minor, article.currency, article.status) == ("T", 3950, "eur", "draft")


def test_without_front_matter_the_first_heading_is_the_title():
    article = import_article(source_bytes=b"Opening.\n\n## Of rivers ##\n\nText.\n", actor=EDITOR).article

    assert (article.slug, article.title, article.language, article.price_minor) == (
        "of-rivers",
        "Of rivers",
        "en",
        4900,
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"# Fine\nthen \xff\n", r"Not UTF-8: byte 0xff at offset 12, line 2\."),
        (b"# Half a character \xe2\x82", r"Not UTF-8: byte 0xe2 at offset 19, line 1\."),
        (b"# A\n\nb\x00c", r"A NUL cannot be kept: byte 0x00 at offset 6, line 3\."),
        (b"no title at all", "neither a title nor a slug"),
        (b"---\ntitle: A\nprice_minor: cheap\n---\n", "price_minor: 'cheap' is not a whole number"),
        (b"---\ntitle: A\nprice_minor: 39.50\n---\n", "price_minor: 39.5 is not a whole number"),
        (b"---\ntitle: A\nprice_minor: -3\n---\n", "price_minor: -3 is not a whole number"),
        (b"---\ntitle: A\ncurrency: dollars\n---\n", "currency: 'dollars' is not a code"),
    ],
)
def test_what_cannot_be_kept_exactly_is_refused_by_name(source, why):
    with pytest.raises(UnreadableSource, match=why):
        import_article(source_bytes=source, actor=EDITOR)

    assert not Article.objects.exists()


def test_the_same_bytes_again_change_nothing():
    article = published_article(slug="tea")
    live = go_live(approved(article, with_link(BODY)), sold())

    again = import_article(source_bytes=BODY.encode(), actor=EDITOR, slug="tea", publishing=True)

    article.refresh_from_db()
    assert (again.created, again.version.number) == (False, 1)
    assert article.published_version == live
    assert article.versions.count() == 2


def test_new_bytes_supersede_the_old():
    article = published_article(slug="tea")
    first = article.published_version

    done = import_article(source_bytes=BODY.encode() + b"\nMore.\n", actor=EDITOR, slug="tea", publishing=True)

    article.refresh_from_db()
    assert (done.created, done.version.number, done.version.base) == (True, 2, first)
    assert article.published_version == done.version


def test_new_bytes_without_a_sold_link_are_refused():
    article = published_article(slug="tea")
    live = go_live(approved(article, with_link(BODY)), sold())

    with pytest.raises(BreaksPaidLink):
        import_article(source_bytes=BODY.encode() + b"\nMore.\n", actor=EDITOR, slug="tea", publishing=True)

    article.refresh_from_db()
    assert article.published_version == live
    assert article.versions.count() == 2


def test_the_samples_are_published_once(capsys):
    call_command("sample_articles")
    first = capsys.readouterr().out
    published = Article.objects.published().count()

    call_command("sample_articles")

    assert published >= 6
    assert first.count("imported ") == capsys.readouterr().out.count("unchanged ") == published
    assert Article.objects.count() == ArticleVersion.objects.count() == published


def test_of_an_article_that_readers_have_a_candidate_changes_nothing():
    article = published_article(slug="kept")
    before = Facts.of(Article.objects.get(pk=article.pk))
    head = b"---\ntitle: Another title\nlanguage: de\nprice_minor: 1\ncurrency: jpy\n---\n"

    done = import_article(source_bytes=head + BODY.encode() + b"\nMore.\n", actor=EDITOR, slug="kept")

    now = Article.objects.get(pk=article.pk)
    assert (Facts.of(now), now.published_version_id) == (before, article.published_version_id)
    assert done.left == ("title", "language", "price", "currency")


def test_a_price_that_nobody_can_be_charged_is_refused():
    with pytest.raises(UnreadableSource, match=r"^price_minor: in isk"):
        import_article(source_bytes=b"---\nprice_minor: 4905\ncurrency: isk\n---\n# A\n", actor=EDITOR, slug="a")
