"""The locks of the sale, always in this order: articles by id, then orders by id."""

from django.db.models import QuerySet

from articles.models import Article
from backlinks.models import Order, Product


def lock_articles(orders: QuerySet[Order]) -> dict[int, Article]:
    """The articles of these orders, by id."""
    locked = Article.objects.select_for_update().filter(pk__in=orders.values("article_id")).order_by("pk")
    return {article.pk: article for article in locked}


def lock_orders(orders: QuerySet[Order]) -> list[Order]:
    """These orders, and before them the articles that were ordered and are taken up or put away with their order."""
    lock_articles(orders.filter(product=Product.ARTICLE))
    return list(orders.select_for_update(of=("self",)).order_by("pk"))
