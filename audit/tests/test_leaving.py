"""What leaves the record rightly: a person's values, and what is old. The chain holds over both."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit import sealing
from audit.access import record_access
from audit.actors import SYSTEM
from audit.erasing import Erased, erase
from audit.models import AccessEntry, AuditEntry
from audit.openings import ERASING, RETIRING, opened
from audit.origin import Origin, coming_from
from audit.recording import record
from audit.retiring import retire_access, retire_entries, retired_through
from audit.sealing import seal
from audit.tests.sealed import CUSTOMER, OWNER, entries, entry, findings, tamper
from audit.verifying import verify

HER = ("user", "7")


@pytest.fixture
def hers(db) -> tuple[int, int]:
    """One thing she did, one that was done to her account; sealed."""
    with coming_from(Origin(request_id="req-12345678", masked_ip="203.0.113.0")):
        did = entry(41, CUSTOMER, reason="too dear")
    change = {"email": CUSTOMER.label, "role": "customer"}
    done = record(actor=OWNER, action="user.changed", target=HER, reason="she asked", before=change, after=change).pk
    entry(42)
    seal()
    return did, done


def test_erasing_takes_what_is_personal_and_the_chain_holds(hers):
    assert erase(person=HER, actor=OWNER, reason="her request") == Erased(actors=1, words=1)

    did, done = (AuditEntry.objects.get(pk=key) for key in hers)
    assert (did.actor_label, did.actor_id, did.masked_ip, did.reason) == ("erased", "7", "", "too dear")
    assert (did.salt_of_actor, did.salt_of_words is None) == (None, False)
    assert (done.actor_label, done.reason) == (OWNER.label, "erased")
    assert done.before == done.after == {"email": "erased", "role": "customer"}
    said = AuditEntry.objects.latest("pk")
    assert (said.action, said.target_id, said.after) == ("audit.erased", "7", {"actor": [hers[0]], "words": [hers[1]]})
    assert findings() == []
    assert (seal().entries, findings()) == (1, [])


def test_erasing_what_has_no_seal_yet_holds_too(db):
    entry(41, CUSTOMER)

    erase(person=HER, actor=OWNER, reason="her request")

    assert (seal().entries, findings()) == (2, [])


def test_erasing_twice_is_once(hers):
    erase(person=HER, actor=OWNER, reason="her request")

    assert erase(person=HER, actor=OWNER, reason="her request") == Erased(0, 0)
    assert AuditEntry.objects.filter(action="audit.erased").count() == 1


def test_words_about_her_orders_go_when_they_are_named(hers):
    assert erase(person=HER, also=[("order", "41")], actor=OWNER, reason="her request") == Erased(actors=1, words=2)

    assert AuditEntry.objects.get(pk=hers[0]).reason == "erased"
    assert findings() == []


def test_what_is_changed_after_an_erasure_is_found(hers):
    erase(person=HER, actor=OWNER, reason="her request")
    tamper(f"UPDATE audit_auditentry SET target_id = '40' WHERE id = {hers[0]}")

    assert [found.partition(":")[0] for found in findings()] == [f"entry {hers[0]}"]


@pytest.mark.parametrize(
    ("door", "statement"),
    [
        (ERASING, "UPDATE audit_auditentry SET action = 'order.paid'"),
        (ERASING, "UPDATE audit_auditentry SET salt_of_actor = gen_random_uuid()"),
        (ERASING, "DELETE FROM audit_auditentry"),
        (RETIRING, "UPDATE audit_auditentry SET actor_label = 'erased'"),
        (RETIRING, "UPDATE audit_accessentry SET what = ''"),
        (ERASING, "DELETE FROM audit_accessentry"),
        (ERASING, "DELETE FROM audit_seal"),
        (RETIRING, "DELETE FROM audit_seal"),
    ],
)
def test_a_door_lets_nothing_else_through(hers, door, statement):
    before = list(AuditEntry.objects.order_by("pk").values())

    with pytest.raises(IntegrityError, match="refused"), opened(door):
        connection.cursor().execute(statement)

    assert list(AuditEntry.objects.order_by("pk").values()) == before


def test_an_access_entry_is_not_changed_through_the_erasing_door(db):
    record_access(actor=OWNER, action="payload.read", target=("job", "41"), what="in full")

    with pytest.raises(IntegrityError, match="UPDATE of audit_accessentry refused"), opened(ERASING):
        connection.cursor().execute("UPDATE audit_accessentry SET what = ''")


def test_a_door_is_closed_behind_its_verb(hers):
    erase(person=HER, actor=OWNER, reason="her request")

    with pytest.raises(IntegrityError, match="UPDATE of audit_auditentry refused"), transaction.atomic():
        AuditEntry.objects.update(actor_label="erased")


def test_old_entries_go_and_the_links_stay(hers, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(sealing, "_now", lambda: now + timedelta(days=10))
    young = entry(50)
    seal()

    assert retire_entries(before=now + timedelta(days=5)) == 3

    said = AuditEntry.objects.latest("pk")
    assert entries() == [young, said.pk]
    assert (said.actor_label, said.action, said.after) == (SYSTEM.label, "audit.retired", {"through": 3, "entries": 3})
    report = verify()
    assert (report.problems, report.seals, report.retired) == ([], 4, 3)
    assert (retire_entries(before=now + timedelta(days=5)), AuditEntry.objects.count()) == (0, 2)


def test_what_says_how_far_was_retired_is_said_anew_when_it_goes_itself(hers, monkeypatch):
    now = timezone.now()
    retire_entries(before=now + timedelta(days=1))
    monkeypatch.setattr(sealing, "_now", lambda: now + timedelta(days=10))
    seal()

    retire_entries(before=now + timedelta(days=11))

    assert (retired_through(), AuditEntry.objects.count()) == (4, 1)
    assert findings() == []


def test_an_entry_without_a_seal_stays_however_old(hers):
    unsealed = entry(60)

    retire_entries(before=timezone.now() + timedelta(days=1))

    assert unsealed in entries()
    with pytest.raises(IntegrityError, match="is not sealed"), opened(RETIRING):
        AuditEntry.objects.filter(pk=unsealed).delete()


def test_a_row_deleted_after_those_that_were_retired_is_found(hers):
    retire_entries(before=timezone.now() + timedelta(days=1))
    gone = entry(61)
    seal()
    tamper(f"DELETE FROM audit_auditentry WHERE id = {gone}")

    assert findings() == [f"entry {gone}: deleted; it was sealed as 5"]


def test_the_access_log_keeps_what_is_young(db):
    record_access(actor=OWNER, action="payload.read", target=("job", "41"))

    assert retire_access(before=timezone.now() - timedelta(days=1)) == 0
    assert AccessEntry.objects.count() == 1
    assert retire_access(before=timezone.now() + timedelta(days=1)) == 1
    assert AccessEntry.objects.count() == 0
