"""One entry, in the transaction of its change."""

import pytest
from django.db import transaction

from audit.actors import SYSTEM, Actor
from audit.masking import MASK
from audit.models import AuditEntry
from audit.origin import Origin, coming_from
from audit.recording import OutsideTransaction, record

EDITOR = Actor(type="user", id="2", label="editor@copydesk.example")


@pytest.mark.django_db
def test_an_entry_says_who_what_to_what_why_and_from_where():
    with coming_from(Origin(request_id="req-12345678", masked_ip="203.0.113.0")):
        entry = record(
            actor=EDITOR,
            action="order.rejected",
            target=("order", "41"),
            reason="  Reads like an advertisement.  ",
            before={"status": "ADMIN_REVIEW"},
            after={"status": "REJECTED"},
        )

    entry.refresh_from_db()
    assert entry.at is not None
    assert (entry.actor_type, entry.actor_id, entry.actor_label) == ("user", "2", "editor@copydesk.example")
    assert (entry.action, entry.target_type, entry.target_id) == ("order.rejected", "order", "41")
    assert entry.reason == "Reads like an advertisement."
    assert (entry.before, entry.after) == ({"status": "ADMIN_REVIEW"}, {"status": "REJECTED"})
    assert (entry.request_id, entry.masked_ip) == ("req-12345678", "203.0.113.0")


@pytest.mark.django_db
def test_outside_a_request_there_is_no_origin():
    entry = record(actor=SYSTEM, action="order.failed", target=("order", "41"))

    assert (entry.request_id, entry.masked_ip, entry.before, entry.after) == ("", "", {}, {})


@pytest.mark.django_db
def test_secrets_are_hidden_before_they_are_kept():
    entry = record(
        actor=SYSTEM, action="key.changed", target=("key", "1"), reason="was sk_live_0123456789", after={"token": "abc"}
    )

    entry.refresh_from_db()
    assert entry.reason == f"was sk_{MASK}"
    assert entry.after == {"token": MASK}


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(OutsideTransaction, match=r"order\.failed"):
        record(actor=SYSTEM, action="order.failed", target=("order", "41"))

    assert AuditEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_the_change_that_is_rolled_back():
    with transaction.atomic():
        record(actor=SYSTEM, action="order.failed", target=("order", "41"))
        transaction.set_rollback(True)

    assert AuditEntry.objects.count() == 0
