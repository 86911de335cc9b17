"""An order's page with 50 versions to choose from: server time and queries, by what its customer looks at.

Run on throwaway services: `python -m simulators.launch services -- python -m bench.order_page [versions]`.
"""

import os
import statistics
import sys
from itertools import count
from pathlib import Path
from time import perf_counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.importing import import_article  # noqa: E402
from articles.markdown.paragraphs import eligible_paragraphs  # noqa: E402
from articles.markdown.splice import apply, change_paragraph  # noqa: E402
from articles.models import Article, ArticleVersion  # noqa: E402
from articles.publishing import publish  # noqa: E402
from articles.quality.battery import examine  # noqa: E402
from articles.quality.case import LinkCase  # noqa: E402
from articles.versions import NewVersion, approve, propose  # noqa: E402
from audit.actors import Actor  # noqa: E402
from backlinks.access import token_for  # noqa: E402
from backlinks.models import Checkout, CheckoutStatus, Order, OrderStatus  # noqa: E402
from backlinks.moves import remember  # noqa: E402

SAMPLE = Path(__file__).parents[1] / "articles" / "sample_articles" / "saving-seed.md"
BENCH = Actor("system", "bench", "bench")
HREF, ANCHOR = "https://shop.example.com/guide", "a guide for beginners"
LOOKS = 30
MOST_QUERIES, MOST_MS = 10, 100
P, Q = OrderStatus.PROCESSING, OrderStatus.QUALITY_CHECK


def order_with_versions(article: Article, wanted: int) -> Order:
    """Paid, written again and again, and with its customer now."""
    base = article.published_version
    assert base is not None
    paid = Checkout.objects.create(
        status=CheckoutStatus.PAID, stripe_session_id="cs_bench", amount_minor=4900, currency="usd",
        expires_at=timezone.now(),
    )  # fmt: skip
    order = Order.objects.create(
        status=Q, article=article, quoted_version=base, target_url=HREF, anchor_text=ANCHOR, email="bench@example.com",
        price_minor=4900, currency="usd", regeneration_count=wanted - 1, paid_by=paid, paid_at=timezone.now(),
    )  # fmt: skip
    for number in range(wanted):
        remember(order, Q if number else OrderStatus.AWAITING_PAYMENT, P, BENCH)
        write_version(order, base, number)
        remember(order, P, Q, BENCH)
    return order


def write_version(order: Order, base: ArticleVersion, number: int) -> None:
    paragraphs = eligible_paragraphs(base.body, language="en")
    paragraph = paragraphs[number % len(paragraphs)]
    added = f" For those who would read on after {number} seasons there is [{ANCHOR}]({HREF}) to be had as well."
    change = change_paragraph(paragraph, paragraph.source + added, mode="add_sentence")
    body = apply(base.body, change)
    case = LinkCase(
        base=base.body, candidate=body, change=change, href=HREF, anchor=ANCHOR, language="en", base_is_published=True,
        earlier=[], notes="",
    )  # fmt: skip
    new = NewVersion(
        body=body,
        author_label="offline writer",
        subject=("order", str(order.pk)),
        change=change.to_json(),
        certificate=examine(case).to_json(),
        backlink_metadata={"target_url": HREF, "anchor_text": ANCHOR, "regeneration_count": number},
    )
    propose(article=order.article, base=base, new=new)


def publish_anew(article: Article) -> None:
    """Every version must now be moved to a text it was not made for."""
    base = article.published_version
    assert base is not None
    version = propose(article=article, base=base, new=NewVersion(body=f"{base.body}\nAdded.\n", author_label="bench"))
    version = approve(version=version, body_sha256=version.sha256, actor=BENCH)
    publish(
        version=version, body_sha256=version.sha256, expected_published_id=base.pk, placement=None, actor=BENCH
    )  # fmt: skip


def look(client: Client, address: str) -> tuple[float, int]:
    """Median milliseconds of the whole request in this process, and its queries."""
    asked = count()
    with connection.execute_wrapper(lambda run, *call: (next(asked), run(*call))[1]):
        assert client.get(address).status_code == 200
    taken = []
    for _ in range(LOOKS):
        began = perf_counter()
        client.get(address)
        taken.append((perf_counter() - began) * 1000)
    return statistics.median(taken), next(asked)


def main() -> int:
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    article = import_article(source_bytes=SAMPLE.read_bytes(), actor=BENCH, publishing=True).article
    order = order_with_versions(Article.objects.get(pk=article.pk), wanted)
    client = Client()
    client.get(f"/orders/{order.pk}/", {"access": token_for(order)})
    newest = ArticleVersion.objects.filter(subject_id=str(order.pk)).latest("id")
    page = f"/orders/{order.pk}/"
    pages = {
        "the page": page,
        "its last earlier ones": f"{page}?earlier=99",
        "two compared": f"{page}versions/{newest.pk - 1}/",
    }
    figures = {name: look(client, address) for name, address in pages.items()}
    publish_anew(Article.objects.get(pk=article.pk))
    figures["the page, article published anew"] = look(client, page)
    print(f"{wanted} versions")
    for name, (milliseconds, queries) in figures.items():
        print(f"{milliseconds:6.1f} ms {queries:3} queries  {name}")
    return int(any(ms > MOST_MS or queries > MOST_QUERIES for ms, queries in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
