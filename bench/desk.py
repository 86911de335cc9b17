"""The editors' desk with 10,000 articles and 50,000 versions: server time and queries of each page.

Run on throwaway services: `python -m simulators.launch services -- python -m bench.desk [articles]`.
"""

import sys
import time

from bench.catalogue import look, write_articles  # sets Django up

# isort: split
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from articles.comparing import compare
from articles.models import Article, ArticleVersion
from articles.versions import sha256_of

VERSIONS = 5
MOST_QUERIES, MOST_MS, MOST_DIFF_MS = 12, 200, 300
WORDS = 5000
LIST, VERSION_LIST = "/admin/articles/article/", "/admin/articles/articleversion/"


def write_versions() -> None:
    """Candidates on top of what is live, each a little different."""
    live = Article.objects.select_related("published_version").order_by("pk")
    made = []
    for article in live.iterator(500):
        for number in range(2, VERSIONS + 1):
            body = f"{article.published_version.body}\n\nThought number {number}.\n"
            made.append(
                ArticleVersion(
                    article=article,
                    number=number,
                    body=body,
                    sha256=sha256_of(body),
                    size=len(body.encode()),
                    base=article.published_version,
                    author_label="edited by bench",
                    created_at=timezone.now(),
                )
            )
    ArticleVersion.objects.bulk_create(made, batch_size=1000)


def pages() -> dict[str, str]:
    article = Article.objects.order_by("?").first()
    assert article is not None
    own = f"{LIST}{article.pk}"
    return {
        "articles": LIST,
        "articles, a word": f"{LIST}?q=bread",
        "articles, filtered": f"{LIST}?language__exact=de&linkable__exact=1",
        "articles, by live links": f"{LIST}?o=-5",
        "articles, last page": f"{LIST}?p={Article.objects.count() // 50}",
        "versions": VERSION_LIST,
        "versions, candidates": f"{VERSION_LIST}?status__exact=candidate",
        "versions, a word": f"{VERSION_LIST}?q=bread",
        "one article": f"{own}/change/",
        "its texts": f"{own}/texts/",
        "two of them compared": f"{own}/compare/?before=1&after=5",
        "the field to write in": f"{own}/edit/",
        "before publishing": f"{own}/publish/?version=3",
    }


def differ() -> float:
    """Milliseconds for two texts of 5,000 words, one word in ten another."""
    words = [f"word{number % 900}" for number in range(WORDS)]
    other = [f"else{number}" if number % 10 == 0 else word for number, word in enumerate(words)]
    before, after = (
        "\n\n".join(" ".join(text[at : at + 100]) for at in range(0, WORDS, 100)) for text in (words, other)
    )
    began = time.perf_counter()
    compare(before, after)
    return (time.perf_counter() - began) * 1000


def main() -> int:
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS.append("testserver")
    settings.STAFF_SECOND_FACTOR = False  # the editor below is let in without signing in
    call_command("migrate", verbosity=0)
    write_articles(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    write_versions()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client, is_good = Client(), True
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))
    print(f"{Article.objects.count()} articles, {ArticleVersion.objects.count()} versions")
    for name, address in pages().items():
        milliseconds, queries = look(client, address)
        is_good = is_good and milliseconds <= MOST_MS and queries <= MOST_QUERIES
        print(f"{milliseconds:6.1f} ms {queries:3} queries  {name}")
    milliseconds = differ()
    print(f"{milliseconds:6.1f} ms              the difference of two texts of {WORDS:,} words")
    return 0 if is_good and milliseconds <= MOST_DIFF_MS else 1


if __name__ == "__main__":
    sys.exit(main())
