"""What is known of orders, for pages and the API. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import User
from articles.models import Article, ArticleVersion
from backlinks.actors import CUSTOMER
from backlinks.candidates import passing
from backlinks.models import UNDER_WAY_BACK, UNPAID, Order, OrderQuerySet, OrderStatus, Refund
from backlinks.moves import MOVES
from backlinks.preview import Preview, preview_of
from backlinks.progress import QueueInfo, progress_of
from backlinks.rebasing import newest_fitting

DECIDED_ON = (OrderStatus.ADMIN_REVIEW, OrderStatus.REJECTED, OrderStatus.COMPLETED, OrderStatus.REFUNDED)


@dataclass(frozen=True)
class OrderView:
    """An order as its customer may see it. `version` is the one to look at now; `candidates` passed, newest first."""

    order: Order
    queue: QueueInfo | None
    version: ArticleVersion | None
    preview: Preview | None
    candidates: list[ArticleVersion]
    refund: Refund | None
    can_regenerate: bool
    can_submit: bool

    @property
    def is_refunding(self) -> bool:
        return _is_under_way(self.refund)

    @property
    def is_frozen(self) -> bool:
        """Nothing moves: the bank asks for the money back, or it is on its way back already."""
        return self.order.disputed_at is not None or self.is_refunding


def view_of(order: Order) -> OrderView:
    """Everything the order's page shows, read now."""
    candidates = passing(order)
    refund = Refund.objects.filter(order=order).order_by("-id").first()
    may_submit = not _is_under_way(refund) and _customer_may(order, OrderStatus.ADMIN_REVIEW)
    fitting = newest_fitting(order, candidates) if may_submit else None
    version = _version_shown(order, candidates, fitting)
    return OrderView(
        order=order,
        queue=progress_of(order) if order.status == OrderStatus.PROCESSING else None,
        version=version,
        preview=preview_of(version) if version else None,
        candidates=candidates,
        refund=refund,
        can_regenerate=not _is_under_way(refund) and _customer_may(order, OrderStatus.PROCESSING),
        can_submit=fitting is not None,
    )


def _is_under_way(refund: Refund | None) -> bool:
    return refund is not None and refund.status in UNDER_WAY_BACK


def orders_of(customer: User) -> OrderQuerySet:
    """A signed-in customer's orders, newest first."""
    return Order.objects.filter(customer=customer).select_related("article").order_by("-created_at")


def unpaid_among(known: OrderQuerySet, *, article: Article) -> list[Order]:
    """Orders of this article somebody began and has not paid for yet, newest first."""
    return list(known.filter(article=article, status__in=UNPAID).order_by("-created_at"))


def promised_links(articles: Collection[Article]) -> dict[int, int]:
    """How many links are sold, or being paid for, in each article and not live yet."""
    held = Order.objects.holding_a_slot().filter(article__in=articles)
    rows = held.values("article_id").annotate(links=Count("pk")).values_list("article_id", "links")
    return dict(rows)


def _version_shown(
    order: Order, candidates: list[ArticleVersion], fitting: ArticleVersion | None
) -> ArticleVersion | None:
    """What would be submitted is what is shown."""
    if order.status in DECIDED_ON and order.submitted_version:
        return order.submitted_version
    return fitting or (candidates[0] if candidates else None)


def _customer_may(order: Order, to: OrderStatus) -> bool:
    return not order.disputed_at and CUSTOMER in MOVES.get((OrderStatus(order.status), to), ())
