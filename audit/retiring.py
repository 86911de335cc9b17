"""Retires what is older than the owner keeps it. Of the record, the links of the chain stay, and an entry that says so.

The access log has no chain: its old entries go.
"""

from datetime import datetime

from audit.actors import SYSTEM
from audit.models import AccessEntry, AuditEntry, Seal
from audit.openings import RETIRING, alone, opened
from audit.recording import record

ACTION = "audit.retired"
AT_ONCE = 10_000


def retire_entries(*, before: datetime) -> int:
    """Those sealed before then; returns how many. Unsealed ones stay, however old."""
    retired = 0
    while some := _retire_some(before):
        retired += some
    return retired


def retire_access(*, before: datetime) -> int:
    with opened(RETIRING):
        return AccessEntry.objects.filter(at__lt=before).delete()[0]


def retired_through() -> int:
    """The seal up to which entries may be gone. Whatever retires the entry that says so says it anew."""
    said = AuditEntry.objects.filter(action=ACTION).values_list("after__through", flat=True)
    return max((int(through) for through in said), default=0)


def _retire_some(before: datetime) -> int:
    done = retired_through()
    with opened(RETIRING):
        alone(patient=True)
        old = Seal.objects.filter(number__gt=done, at__lt=before).order_by("number")[:AT_ONCE]
        seals = list(old.values_list("number", "entry_id"))
        if not seals:
            return 0
        AuditEntry.objects.filter(pk__in=[entry for _, entry in seals]).delete()
        after = {"through": seals[-1][0], "entries": len(seals)}
        record(actor=SYSTEM, action=ACTION, target=("audit", "entries"), after=after)
    return len(seals)
