"""What staff must look at: on record in the transaction it belongs to, and loud in the log.

Who is told, and how, is for those who watch the log and the record; nothing is sent from here.
"""

from collections.abc import Mapping

import structlog

from audit.recording import record
from backlinks.actors import STRIPE

log = structlog.get_logger("backlinks")


def tell_staff(action: str, target: tuple[str, str], *, reason: str = "", facts: Mapping[str, object]) -> None:
    """`action` is `thing.verb_past`, as in the record; `facts` hold ids and amounts, never an address or a secret."""
    record(actor=STRIPE, action=action, target=target, reason=reason, after=facts)
    log.error(action, target=f"{target[0]} {target[1]}", reason=reason, **facts)
