"""PostgreSQL refuses to change the record, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit.actors import SYSTEM
from audit.models import AuditEntry
from audit.recording import record


@pytest.fixture
def entry(db):
    return record(actor=SYSTEM, action="order.failed", target=("order", "41"), reason="three attempts")


def refused(statement: str) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("verb", "statement"),
    [("UPDATE", "UPDATE audit_auditentry SET reason = 'none'"), ("DELETE", "DELETE FROM audit_auditentry")],
)
def test_a_change_in_sql_is_refused_and_changes_nothing(entry, verb, statement):
    assert f"{verb} of audit_auditentry refused" in refused(statement)

    assert AuditEntry.objects.get().reason == "three attempts"


def test_emptying_the_table_is_refused(entry):
    with connection.cursor() as cursor:  # the test runner switches this one guard off, to empty tables between tests
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_auditentry_no_truncate")

    assert "TRUNCATE of audit_auditentry refused" in refused("TRUNCATE audit_auditentry")

    assert AuditEntry.objects.count() == 1


def test_the_orm_is_refused_too(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.update(actor_label="somebody else")

    assert AuditEntry.objects.get().actor_label == "Copydesk"
