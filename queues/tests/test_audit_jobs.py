"""The jobs that keep the record of the room below."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit import sealing
from audit.access import record_access
from audit.models import AccessEntry, AuditEntry, ChainHead, Seal
from audit.sealing import seal
from audit.tests.sealed import OWNER, entry, tamper
from queues.alerts import Kind
from queues.draining import drain
from queues.models import Alert, State
from queues.schedule import scheduled
from queues.tests.given import put, row

pytestmark = pytest.mark.django_db


def outcome(name: str) -> tuple[str, dict | None]:
    job = put(name)
    drain()
    return row(job).state, row(job).result


def test_the_record_is_sealed_every_minute_and_told_where_it_ends():
    entry()
    assert scheduled()["seal-audit"].every_seconds == 60

    assert outcome("seal-audit") == (State.COMPLETED, {"entries": 1, "head": str(ChainHead.objects.get())})
    assert (Seal.objects.count(), Alert.objects.count()) == (1, 0)


def test_a_broken_chain_is_called_out_and_not_sealed_on():
    entry()
    entry()
    seal()
    tamper("DELETE FROM audit_seal WHERE number = 2")

    assert outcome("seal-audit")[0] == outcome("seal-audit")[0] == State.COMPLETED

    alert = Alert.objects.get()
    assert (alert.kind, alert.about, alert.times) == (Kind.RECORD, "audit", 2)
    assert alert.message.startswith("Nothing is sealed any more: the chain ends at seal 1, not at 2:")
    assert Seal.objects.count() == 1


@pytest.mark.parametrize(("days", "left"), [(30, 0), (0, 1)])
def test_what_is_older_than_it_is_kept_goes_every_day(settings, monkeypatch, days, left):
    settings.AUDIT_RETENTION_DAYS = settings.ACCESS_LOG_RETENTION_DAYS = days
    old = timezone.now() - timedelta(days=31)
    monkeypatch.setattr(sealing, "_now", lambda: old)
    entry()
    record_access(actor=OWNER, action="payload.read", target=("job", "41"))
    tamper("UPDATE audit_accessentry SET at = now() - interval '31 days'")
    seal()
    assert scheduled()["keep-audit"].every_seconds == 86_400

    gone = 1 - left
    assert outcome("keep-audit") == (State.COMPLETED, {"entries": gone, "access": gone, "problems": 0})
    assert AuditEntry.objects.filter(action="order.failed").count() == AccessEntry.objects.count() == left


def test_what_is_not_as_it_was_is_called_out_every_day():
    gone = entry()
    seal()
    tamper("DELETE FROM audit_auditentry")

    assert outcome("keep-audit") == (State.COMPLETED, {"entries": 0, "access": 0, "problems": 1})

    said = f"1 findings, first: entry {gone}: deleted; it was sealed as 1. Run manage.py verify_audit."
    assert [(alert.kind, alert.message) for alert in Alert.objects.all()] == [(Kind.RECORD, said)]
