"""A customer's wish for a new article that nobody refuses, and its order at every stage."""

from itertools import count
from pathlib import Path
from typing import Any

from backlinks.ordered_articles import ArticleWish, quote_article
from backlinks.tests.given import pay, till
from backlinks.tests.standins import StandIn
from queues.draining import drain

SAMPLE = Path(__file__).parents[2] / "articles" / "sample_articles" / "saving-seed.md"
MATERIAL = SAMPLE.read_text(encoding="utf-8").split("---\n", 2)[2].strip()
TOPIC = "Saving seed from your own vegetables"
POINTS = ["Plants that look after themselves", "Beans and peas", "Dry the seed before you store it"]
_serial = count(1)


def wish_for_article(**different: Any) -> ArticleWish:
    wanted = {
        "topic": TOPIC,
        "keyword": "saving seed",
        "points": POINTS,
        "material": MATERIAL,
        "words": 900,
        "target_url": f"https://seeds{next(_serial)}.example.com/guide?a=1&b=2",
        "anchor_text": "a guide for beginners",
        "email": "customer@example.com",
        "customer_notes": "Our guide has drawings of each step.",
    }
    return ArticleWish(**{**wanted, **different})


def quoted_article(**different: Any) -> Any:
    return quote_article(wish_for_article(**different), ip=f"10.9.0.{next(_serial)}").order


def bought_article(stripe: StandIn, **different: Any) -> Any:
    order = quoted_article(**different)
    pay(stripe, till(order))
    order.refresh_from_db()
    return order


def written_article(stripe: StandIn, **different: Any) -> Any:
    order = bought_article(stripe, **different)
    write_article()
    order.refresh_from_db()
    return order


def write_article() -> list[tuple[str, str]]:
    return drain(only="generate-article")
