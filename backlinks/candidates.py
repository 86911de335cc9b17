"""The versions that were written for an order: which passed, which can still be submitted, what others have touched.

Reads only.
"""

from django.db.models import QuerySet

from articles.models import ArticleVersion
from backlinks.models import Order

Status = ArticleVersion.Status
PASSING = (Status.CANDIDATE, Status.SUBMITTED, Status.APPROVED)


def candidates_of(order: Order) -> list[ArticleVersion]:
    """Every version made for the order, oldest first, those that failed their checks included."""
    return list(_made_for(order).defer("body").order_by("id"))


def passing(order: Order) -> list[ArticleVersion]:
    """Those that passed and lie with the customer, newest first. Whether one still fits is for `rebasing` to say."""
    return list(_made_for(order).filter(status=Status.CANDIDATE).defer("body").order_by("-id"))


def paragraphs_of_others(order: Order) -> set[str]:
    """The paragraphs (their source as published) that other unfinished orders of the article are about to change."""
    others = Order.objects.unfinished().filter(article=order.article_id).exclude(pk=order.pk)
    ids = [str(pk) for pk in others.values_list("pk", flat=True)]
    newest = ArticleVersion.objects.filter(subject_type="order", subject_id__in=ids, status__in=PASSING)
    changes = newest.order_by("subject_id", "-id").distinct("subject_id").values_list("change", flat=True)
    return {change["before"] for change in changes if change}


def _made_for(order: Order) -> QuerySet[ArticleVersion]:
    return ArticleVersion.objects.filter(subject_type="order", subject_id=str(order.pk))
