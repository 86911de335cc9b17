"""Looking after live links: each must stand in what readers see exactly as it was bought.

A lost one is put back where that can be done without a new word; else staff see to it and the customer is told, once
for each occurrence. Whatever is looked at leaves a proof.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from articles import publishing
from articles.markdown.relinking import CannotRelink, with_link
from articles.markdown.splice import Change
from articles.models import Article, ArticleVersion, Placement
from articles.placements import broken_links
from backlinks.actors import WATCH
from backlinks.losses import REASON, Watched, give_up, keep_loss, over, prove
from backlinks.models import LinkLoss, LinkProof, Order, OrderStatus, Refund, RefundStatus
from backlinks.page_reading import ServedPage
from queues.enqueue import enqueue

OFTEN_FOR, OFTEN, SELDOM = timedelta(days=14), timedelta(days=1), timedelta(days=7)
SLACK = timedelta(hours=1)  # of the tick: once a day must not become every 25 hours
WITHDRAWN = "the article is not published any more"


def look_soon(article: Article) -> None:
    """Have the article's links looked at, in the caller's transaction: readers see another text of it."""
    if Placement.objects.live().filter(article=article, subject_type="order").exists():
        _enqueue(article.pk)


def look_where_due() -> int:
    """Every day for a fortnight, then every week; a link that is lost, at every tick. How many articles."""
    now = timezone.now()
    newest = LinkProof.objects.filter(placement=OuterRef("pk")).order_by("-id").values("at")[:1]
    lost = LinkLoss.objects.filter(placement=OuterRef("pk"), ended_at=None)
    live = Placement.objects.live().filter(subject_type="order").annotate(proven_at=Subquery(newest))
    young = Q(live_since__gt=now - OFTEN_FOR)
    due = Q(proven_at=None) | Q(young, proven_at__lt=now - OFTEN + SLACK) | Q(proven_at__lt=now - SELDOM + SLACK)
    ids = set(live.filter(due | Q(Exists(lost))).values_list("article_id", flat=True))
    for id in sorted(ids):
        _enqueue(id)
    return len(ids)


def look(article_id: int, served: ServedPage) -> dict[str, int]:
    """In the caller's transaction, all links of one article; `served` was read before it. How many stood and so on."""
    article = Article.objects.select_for_update().get(pk=article_id)
    watched = _watched(article)
    lost = _lost(article, watched)
    stand = [it for it in watched if it not in lost]
    for it in stand:
        prove(it, article.published_version, served)
        over(it, article.published_version)
    for it in lost:
        keep_loss(it, article.published_version)
    restored = _restore(article, lost) if lost else []
    for it in lost:
        if it not in restored:
            give_up(it)
    return {"standing": len(stand), "restored": len(restored), "lost": len(lost) - len(restored)}


def _enqueue(article_id: int) -> None:
    id = str(article_id)
    enqueue("watch-links", {"article_id": article_id}, subject=("watched_article", id), key=f"watch:{id}")


def _watched(article: Article) -> list[Watched]:
    """Not what was refunded and is to go, nor what a bank asks back: there nothing is put back."""
    placements = Placement.objects.live().filter(article=article, subject_type="order").order_by("live_since", "id")
    by_id = {placement.subject_id: placement for placement in placements}
    kept = Refund.objects.filter(order=OuterRef("pk"), status=RefundStatus.SUCCEEDED, keeps_link=True)
    ours = Q(status=OrderStatus.COMPLETED, disputed_at=None) | Q(Exists(kept), status=OrderStatus.REFUNDED)
    orders = Order.objects.filter(ours, pk__in=by_id).select_related("article", "submitted_version")
    found = {str(order.pk): order for order in orders}
    return [Watched(placement, found[id]) for id, placement in by_id.items() if id in found]


def _lost(article: Article, watched: Sequence[Watched]) -> list[Watched]:
    version = article.published_version
    if version is None or article.status != Article.Status.PUBLISHED:
        return list(watched)
    broken = broken_links(version.body, [it.placement for it in watched])
    return [it for it in watched if it.placement in broken]


def _restore(article: Article, lost: Sequence[Watched]) -> list[Watched]:
    """Those put back, all with one new version."""
    base = article.published_version
    if base is None or article.status != Article.Status.PUBLISHED:
        _all_for_staff(lost, WITHDRAWN)
        return []
    body, restored = base.body, []
    for it in lost:
        try:
            body = with_link(
                body,
                href=it.placement.href,
                anchor=it.placement.anchor,
                change=_change(it.order),
                language=article.language,
            )
        except CannotRelink as problem:
            it.problem = str(problem)
        else:
            restored.append(it)
    return _published(base, body, restored) if restored else []


def _published(base: ArticleVersion, body: str, restored: list[Watched]) -> list[Watched]:
    try:
        version = publishing.restore(base=base, body=body, reason=REASON, actor=WATCH)
    except publishing.BreaksPaidLink as problem:
        _all_for_staff(restored, f"putting it back would break another paid link: {problem}")
        return []
    for it in restored:
        prove(it, version, ServedPage(unread="just put back"))
        over(it, version)
    return restored


def _all_for_staff(lost: Sequence[Watched], problem: str) -> None:
    for it in lost:
        it.problem = problem


def _change(order: Order) -> Change | None:
    change = order.submitted_version.change if order.submitted_version else None
    return Change.from_json(change) if change else None
