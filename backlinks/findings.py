"""What was found out about a target, and how long it is remembered.

Kept in PostgreSQL, where every process sees it and no restart loses it; it never decides what is looked for.
"""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import sha256

from django.utils import timezone

from backlinks.models import Order, TargetReport, TargetStage, TargetVisit

FRESH_FOR_STRANGERS = timedelta(minutes=10)
FRESH = timedelta(minutes=1)
KEPT_FOR = timedelta(hours=1)
LONGEST_MEASURE = 300


@dataclass(frozen=True)
class Finding:
    """One check. `message` is for the customer, `measured` for staff alone; one that `blocks` refuses the sale."""

    check: str
    passed: bool
    message: str
    measured: str = ""
    blocks: bool = False


@dataclass(frozen=True)
class Verdict:
    """Everything found about one target; its host is in punycode. What did not pass and does not block is a warning."""

    host: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def blocking(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.blocks]

    @property
    def is_safe(self) -> bool:
        return not self.blocking


def remember(url: str, finding: Finding) -> Finding:
    """What a visit found, for `remembered`."""
    kept = {"finding": asdict(finding), "found_at": timezone.now()}
    TargetVisit.objects.update_or_create(pk=_key(url), defaults=kept)
    return finding


def remembered(url: str, fresh_for: timedelta) -> Finding | None:
    """What a visit found that long ago at most. A page that did not open may be mended: that is soon asked again."""
    now = timezone.now()
    visit = TargetVisit.objects.filter(pk=_key(url), found_at__gt=now - fresh_for).first()
    if visit is None:
        return None
    finding = Finding(**visit.finding)
    is_warning = not finding.passed and not finding.blocks
    return None if is_warning and visit.found_at < now - FRESH else finding


def keep(verdict: Verdict, *, order: Order, stage: TargetStage) -> TargetReport:
    """With the order, for its customer and its editor."""
    return TargetReport.objects.create(
        order=order,
        stage=stage,
        is_safe=verdict.is_safe,
        host=verdict.host,
        findings=[asdict(finding) for finding in verdict.findings],
    )


def forget_old() -> int:
    """How many visits there were to forget."""
    return TargetVisit.objects.filter(found_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _key(url: str) -> str:
    return sha256(url.encode()).hexdigest()
