"""Looking again at an order's target before each step that cannot be taken back, and keeping what was found.

A page is visited outside any transaction; a target that became unsafe stops the step, and nothing else is done here.
"""

from collections.abc import Sequence
from time import monotonic
from uuid import UUID

from backlinks.findings import Finding, Verdict, keep
from backlinks.integration import waiting_order
from backlinks.models import UNPAID, Order, OrderStatus, TargetStage
from backlinks.quoting import QuoteRefused, Reason
from backlinks.vetting import SECONDS_FOR_STRANGERS, vet, vet_at_the_till
from queues.errors import Permanent

LEAST_SECONDS = 0.5


class TargetUnsafe(Permanent):
    """The target is no longer one we link to; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


def before_payment(order_ids: Sequence[UUID]) -> None:
    """Those not paid yet, all within the time of one. Raises QuoteRefused."""
    until = monotonic() + SECONDS_FOR_STRANGERS
    reasons = []
    for order in Order.objects.filter(pk__in=order_ids, status__in=UNPAID, disputed_at=None):
        verdict = vet_at_the_till(order.target_url, seconds=max(LEAST_SECONDS, until - monotonic()))
        keep(verdict, order=order, stage=TargetStage.PAYMENT)
        reasons += [Reason(it.check, f"{order.target_url}: {it.message}") for it in verdict.blocking]
    if reasons:
        raise QuoteRefused(reasons)


def before_writing(order_id: str, regeneration: int) -> None:
    """Raises TargetUnsafe, or NothingToWrite when the order waits for no writing."""
    _refuse_unsafe(_look(waiting_order(order_id, regeneration), TargetStage.WRITING))


def before_approval(order: Order) -> None:
    """Only where there is something to approve. Raises TargetUnsafe."""
    if Order.objects.filter(pk=order.pk, status=OrderStatus.ADMIN_REVIEW).exists():
        _refuse_unsafe(_look(order, TargetStage.APPROVAL))


def _look(order: Order, stage: TargetStage) -> Verdict:
    verdict = vet(order.target_url)
    keep(verdict, order=order, stage=stage)
    return verdict


def _refuse_unsafe(verdict: Verdict) -> None:
    if not verdict.is_safe:
        raise TargetUnsafe(verdict.blocking)
