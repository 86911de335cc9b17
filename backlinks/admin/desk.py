"""Everything an editor reads before deciding about an order.

Reads only; what a customer wrote is data and stays escaped.
"""

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from articles.markdown.render import render
from articles.models import AiEventLog, ArticleVersion
from backlinks.asking_back import is_asking
from backlinks.candidates import candidates_of
from backlinks.models import (
    UNDER_WAY_BACK,
    Checkout,
    Order,
    OrderEvent,
    OrderStatus,
    Refund,
    RefundStatus,
    TargetReport,
)
from backlinks.refunds import is_refundable
from backlinks.targets import Target, read_target
from backlinks.views.candidate import Candidate, candidate_of
from queues.models import Job

JOBS_SHOWN = 20
REPORTS_SHOWN = 5


@dataclass(frozen=True)
class Desk:
    """`shown` is what there is to decide about, or the newest version; `text_page` a whole HTML page of its text."""

    order: Order
    target: Target
    shown: Candidate | None
    text_page: str
    base_moved: bool
    versions: list[ArticleVersion]
    history: list[OrderEvent]
    reports: list[TargetReport]
    jobs: list[Job]
    ai_calls: list[AiEventLog]
    checkouts: list[Checkout]
    refunds: list[Refund]

    @property
    def state(self) -> str:
        """In words: what a bank took back has ended, whatever state it stopped in."""
        return "Taken back by the bank" if self.order.dispute_lost_at else self.order.get_status_display()

    @property
    def can_decide(self) -> bool:
        is_free = not self.order.disputed_at and not self.is_refunding
        return self.order.status == OrderStatus.ADMIN_REVIEW and self.shown is not None and is_free

    @property
    def can_refund(self) -> bool:
        """Never what a bank asks back already, and once at a time."""
        is_done = any(refund.status != RefundStatus.FAILED for refund in self.refunds)
        return not self.order.disputed_at and not is_done and is_refundable(self.order)

    @property
    def asked_back_at(self) -> datetime | None:
        """When the customer asked for the money back, if that waits for an answer."""
        return self.history[-1].at if is_asking(self.history) else None

    @property
    def is_live(self) -> bool:
        return self.order.status == OrderStatus.COMPLETED

    @property
    def is_refunding(self) -> bool:
        return any(refund.status in UNDER_WAY_BACK for refund in self.refunds)

    @property
    def can_retry(self) -> bool:
        """Not once its money is on the way back."""
        is_refunding = any(refund.status != RefundStatus.FAILED for refund in self.refunds)
        return self.order.status == OrderStatus.FAILED and not self.order.disputed_at and not is_refunding


def desk_of(order: Order) -> Desk:
    subject = ("order", str(order.pk))
    versions = candidates_of(order)[::-1]
    version = _shown(order, versions)
    calls = AiEventLog.objects.filter(subject_type=subject[0], subject_id=subject[1])
    return Desk(
        order=order,
        target=read_target(order.target_url, allow_http=True),
        shown=candidate_of(version) if version else None,
        text_page=_text_page(version) if version else "",
        base_moved=version is not None and version.base_id != order.article.published_version_id,
        versions=versions,
        history=list(order.events.order_by("id")),
        reports=list(order.target_reports.order_by("-id")[:REPORTS_SHOWN]),
        jobs=list(Job.objects.of_subject(*subject).order_by("-id")[:JOBS_SHOWN]),
        ai_calls=list(calls.order_by("-id")[:JOBS_SHOWN]),
        checkouts=list(Checkout.objects.filter(items__order=order).order_by("-created_at")),
        refunds=list(order.refunds.order_by("-id")),
    )


def _shown(order: Order, versions: list[ArticleVersion]) -> ArticleVersion | None:
    """Judged by its submission alone, never by a newer version nobody submitted."""
    by_id = {version.pk: version for version in versions}
    if order.submitted_version_id in by_id:
        return by_id[order.submitted_version_id]
    return versions[0] if versions else None


def _text_page(version: ArticleVersion) -> str:
    html = mark_safe(render(version.body))  # sanitised by `render`
    return render_to_string("admin/articles/text.html", {"html": html, "language": version.article.language})
