"""The catalogue with 5,000 articles: server time and queries of a page, by what is asked of it.

Run on throwaway services: `python -m simulators.launch services -- python -m bench.catalogue [articles]`.
"""

import os
import random
import statistics
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article, ArticleVersion, Placement  # noqa: E402
from articles.versions import sha256_of  # noqa: E402
from backlinks.models import Checkout, Order, OrderStatus  # noqa: E402

SAMPLES = Path(__file__).parents[1] / "articles" / "sample_articles"
TOPICS = 60
LOOKS = 30
MOST_QUERIES, MOST_MS = 10, 100
PAGES = {
    "newest first": "/",
    "a word of many titles": "/?q=seed",
    "a word of many texts": "/?q=water",
    "three words": "/?q=article+water+number",
    "no match": "/?q=nowhere-to-be-found",
    "topic and language": "/?topic=Topic+7&language=en",
    "everything at once": "/?q=water&topic=Topic+7&language=en&room=1&sort=cheapest",
    "highest price first": "/?sort=dearest",
    "far down the list": "/?cursor=300",
}


def write_articles(wanted: int) -> None:
    """Each with a text of its own: the paragraphs of a sample in another order, and a number."""
    samples = [path.read_text().partition("\n---\n")[2].strip() for path in sorted(SAMPLES.glob("*.md"))]
    chance = random.Random(5)
    articles = Article.objects.bulk_create([_article(number, chance) for number in range(wanted)])
    versions = [_version(article, samples[number % len(samples)], chance) for number, article in enumerate(articles)]
    for version in ArticleVersion.objects.bulk_create(versions, batch_size=500):
        version.article.published_version, version.article.status = version, Article.Status.PUBLISHED
    Article.objects.bulk_update(articles, ["published_version", "status"], batch_size=500)
    for number, article in enumerate(articles[::3]):
        sold = {"href": "https://x.example/", "anchor": "a guide", "subject_type": "order", "subject_id": str(number)}
        Placement.objects.create(article=article, version_first=article.published_version, **sold)
    _sell(articles[::4])


def _article(number: int, chance: random.Random) -> Article:
    return Article(
        slug=f"article-{number}",
        title=f"Article number {number} on {chance.choice(['seed', 'bread', 'bikes', 'names'])}",
        description="What to know before you begin, and what to leave for later. " * 3,
        topic=f"Topic {number % TOPICS}",
        language="de" if number % 7 == 0 else "en",
        price_minor=chance.randrange(1000, 90_000),
        linkable=number % 5 != 0,
        link_slots=2,
    )


def _version(article: Article, sample: str, chance: random.Random) -> ArticleVersion:
    paragraphs = sample.split("\n\n")
    chance.shuffle(paragraphs)
    body, now = "\n\n".join([*paragraphs, f"Number {article.pk}."]), timezone.now()
    return ArticleVersion(
        article=article,
        number=1,
        body=body,
        sha256=sha256_of(body),
        size=len(body.encode()),
        status=ArticleVersion.Status.PUBLISHED,
        author_label="bench",
        approved_at=now,
        published_at=now,
    )


def _sell(articles: list[Article]) -> None:
    """One order for each, paid for and not live yet."""
    checkout = Checkout.objects.create(
        status="paid", stripe_session_id="cs_bench", amount_minor=1, currency="usd", expires_at=timezone.now()
    )
    paid = {"status": OrderStatus.PROCESSING, "paid_at": timezone.now(), "paid_by": checkout, "currency": "usd"}
    wanted = {"target_url": "https://y.example/", "anchor_text": "a guide", "email": "bench@example.com"}
    orders = [
        Order(article=article, quoted_version=article.published_version, price_minor=100, **paid, **wanted)
        for article in articles
    ]
    Order.objects.bulk_create(orders)


def look(client: Client, address: str) -> tuple[float, int]:
    """Median milliseconds of the view and its middleware, by Server-Timing; and the queries of one look."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.headers}"
        queries = len(asked)  # the next request empties the log
    answers = [client.get(address) for _ in range(LOOKS)]
    return statistics.median(float(answer["Server-Timing"].partition("dur=")[2]) for answer in answers), queries


def main() -> int:
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    write_articles(wanted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client, is_good = Client(), True
    print(f"{wanted} articles")
    for name, address in PAGES.items():
        milliseconds, queries = look(client, address)
        is_good = is_good and milliseconds <= MOST_MS and queries <= MOST_QUERIES
        print(f"{milliseconds:6.1f} ms {queries:3} queries  {name}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
