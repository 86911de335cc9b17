"""A payload is shown as it is to one person, once it is written down who; of a secret job to nobody."""

import pytest

from audit.models import AccessEntry, AuditEntry
from queues import revealing
from queues.revealing import SecretPayload, reveal
from queues.tests.given import OWNER, column, put

pytestmark = pytest.mark.django_db


def test_whoever_reads_it_is_on_record_and_in_the_access_log():
    job = put(payload={"note": "Bearer abcdef123456"})

    assert reveal(job=job, actor=OWNER) == {"note": "Bearer abcdef123456"}

    target = ("job", str(job.pk), OWNER.label)
    columns = ("action", "target_type", "target_id", "actor_label")
    assert list(AuditEntry.objects.order_by("pk").values_list(*columns)) == [("job.payload_revealed", *target)]
    assert list(AccessEntry.objects.values_list(*columns, "what")) == [("payload.read", *target, "in full")]


@pytest.mark.parametrize("name", ["test-secret", "gone-job"])
def test_a_secret_one_or_one_nobody_declares_is_shown_to_nobody(name):
    job = column(put("test-secret", {"note": "x"}), name=name)

    with pytest.raises(SecretPayload):
        reveal(job=job, actor=OWNER)

    assert (AuditEntry.objects.count(), AccessEntry.objects.count()) == (0, 0)


def test_what_cannot_be_written_down_is_not_shown(monkeypatch):
    def fail(**entry):
        raise OSError("the log is full")

    monkeypatch.setattr(revealing, "record_access", fail)

    with pytest.raises(OSError, match="full"):
        reveal(job=put(), actor=OWNER)

    assert AuditEntry.objects.count() == 0
