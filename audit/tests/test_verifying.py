"""Whatever is done to the record past its triggers is found, and told of the entry it was done to."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit import sealing
from audit.models import AuditEntry, ChainHead, Seal
from audit.sealing import ChainBroken, seal
from audit.tests.sealed import CUSTOMER, entries, entry, findings, tamper

FACTS = "changed: what was done to what, when, by which account, or before and after"
COLUMNS = (
    "actor_type, actor_id, actor_label, action, target_type, target_id, reason, before, after, request_id, masked_ip"
)
COPY = f"INSERT INTO audit_auditentry (id, at, {COLUMNS}) SELECT %s, %s, {COLUMNS} FROM audit_auditentry LIMIT 1"


@pytest.fixture
def five(db) -> list[int]:
    made = [
        entry(number, CUSTOMER, reason="three attempts", after={"status": "FAILED", "email": "a@example.com"})
        for number in range(5)
    ]
    seal()
    return made


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("action", "'order.paid'", [FACTS]),
        ("at", "at - interval '1 second'", [FACTS]),
        ("actor_id", "'8'", [FACTS]),
        ("after", """'{"status": "PAID", "email": "a@example.com"}'""", [FACTS, "changed: words"]),
        ("after", """'{"status": "FAILED", "email": "b@example.com"}'""", ["changed: words"]),
        ("reason", "'none'", ["changed: words"]),
        ("actor_label", "'Mallory'", ["changed: actor"]),
        ("masked_ip", "'203.0.113.0'", ["changed: actor"]),
        ("salt_of_actor", "NULL", ["changed: actor erased, and no erasure on record speaks of it"]),
    ],
)
def test_a_changed_row(five, column, value, what):
    tamper(f"UPDATE audit_auditentry SET {column} = {value} WHERE id = {five[2]}")

    assert findings() == [f"entry {five[2]}: {said}" for said in what]


def test_a_deleted_row(five):
    tamper(f"DELETE FROM audit_auditentry WHERE id = {five[2]}")

    assert findings() == [f"entry {five[2]}: deleted; it was sealed as 3"]


def test_a_row_deleted_with_its_seal(five):
    tamper(f"DELETE FROM audit_auditentry WHERE id = {five[2]}", "DELETE FROM audit_seal WHERE number = 3")

    assert findings() == ["the chain is cut: seals 3 to 3 are missing"]


def test_a_row_inserted_where_all_has_long_been_sealed(five, monkeypatch):
    gap = five[-1] + 1
    with transaction.atomic():
        entry()
        transaction.set_rollback(True)
    made, now = entry(6), sealing._now()
    monkeypatch.setattr(sealing, "_now", lambda: now + 2 * sealing.LATE)
    seal()
    entry(7)
    monkeypatch.setattr(sealing, "_now", lambda: now + 4 * sealing.LATE)
    seal()
    tamper(COPY.replace("%s, %s", f"{gap}, now()"))

    assert (made, seal().entries) == (gap + 1, 0)
    assert findings() == [f"entry {gap}: inserted: it has no seal, and those around it have long been sealed"]


def test_a_row_inserted_with_a_time_of_before(five):
    tamper(COPY.replace("%s, %s", "nextval('audit_auditentry_id_seq'), now() - interval '2 days'"))

    assert seal().entries == 1
    assert [found.partition(" it says")[0] for found in findings()] == [f"entry {entries()[-1]}: inserted:"]


def test_a_row_inserted_with_a_seal_of_its_own(five):
    tamper(
        COPY.replace("%s, %s", "nextval('audit_auditentry_id_seq'), now()"),
        "INSERT INTO audit_seal SELECT 6, (SELECT max(id) FROM audit_auditentry), at, facts, actor, words, digest"
        " FROM audit_seal WHERE number = 5",
    )

    new = entries()[-1]
    assert f"entry {new}: its seal 6 does not follow from the one before it" in findings()
    assert any(found.startswith("the chain is cut: the chain ends at seal 6, not at 5:") for found in findings())


def test_two_rows_swapped(five):
    pair = f"{five[1]}, {five[3]}"
    swapped = ", ".join(f"{name} = other.{name}" for name in ("at", "target_id", "salt_of_actor", "salt_of_words"))
    tamper(
        f"UPDATE audit_auditentry e SET {swapped} FROM audit_auditentry other"
        f" WHERE e.id IN ({pair}) AND other.id IN ({pair}) AND e.id <> other.id"
    )

    assert {found.partition(":")[0] for found in findings()} == {f"entry {five[1]}", f"entry {five[3]}"}


def test_two_seals_swapped(five):
    tamper(*(f"UPDATE audit_seal SET number = {now} WHERE number = {was}" for was, now in ((2, 9), (3, 2), (9, 3))))

    assert findings() == [
        f"entry {five[2]}: its seal 2 does not follow from the one before it",
        f"entry {five[1]}: its seal 3 does not follow from the one before it",
        f"entry {five[3]}: its seal 4 does not follow from the one before it",
    ]


@pytest.mark.parametrize(
    ("left", "ends"), [("number <= 3", "the chain ends at seal 3, not at 5:"), ("false", "no seal")]
)
def test_a_chain_cut_at_its_end_is_found_and_not_sealed_on(five, left, ends):
    tamper(f"DELETE FROM audit_seal WHERE NOT ({left})", f"DELETE FROM audit_auditentry WHERE id > {five[2]}")
    kept = Seal.objects.count()

    assert any(found.startswith(f"the chain is cut: {ends}") for found in findings())
    with pytest.raises(ChainBroken, match=ends):
        seal()
    assert Seal.objects.count() == kept


def test_a_chain_cut_together_with_its_end_needs_the_key_or_is_found(five, settings):
    noted = str(ChainHead.objects.get())
    tamper(
        f"DELETE FROM audit_auditentry WHERE id > {five[2]}",
        "DELETE FROM audit_seal WHERE number > 3",
        "UPDATE audit_chainhead SET number = 3, digest = (SELECT digest FROM audit_seal WHERE number = 3)",
    )

    assert findings() == ["the chain is cut: its end at seal 3 was not written with AUDIT_SEAL_KEY"]
    assert findings(noted=noted)[0] == f"the chain ends at seal 3: cut, for {noted} was noted"


def test_a_chain_made_again_is_found_by_what_was_noted(five):
    noted = str(ChainHead.objects.get())
    tamper("UPDATE audit_auditentry SET action = 'order.paid'", "DELETE FROM audit_seal", "DELETE FROM audit_chainhead")
    seal()

    assert findings() == []
    assert findings(noted=noted) == [f"entry {five[4]}: its seal 5 is not the one that was noted"]


def test_a_chain_made_again_without_the_key_does_not_hold(five, settings):
    settings.AUDIT_SEAL_KEY = "another"

    assert len(findings()) == 5 + 2 * 5 + 5 + 1  # each link and digest, and the end


def test_what_waits_for_too_long_is_told(five):
    late = entry(9)
    tamper(f"UPDATE audit_auditentry SET at = now() - interval '2 hours' WHERE id = {late}")

    assert [found.partition(" since")[0] for found in findings()] == [f"entry {late}: not sealed"]


def test_the_command_says_so_and_fails(five, capsys):
    call_command("verify_audit")
    head = ChainHead.objects.get()
    assert capsys.readouterr().out == f"5 seals, 0 entries retired, 0 not sealed yet; the chain ends at {head}\n"

    tamper(f"DELETE FROM audit_auditentry WHERE id = {five[0]}")
    with pytest.raises(CommandError, match="the record is not as it was: 1 findings"):
        call_command("verify_audit", noted=str(head))
    assert capsys.readouterr().out.splitlines()[0] == f"entry {five[0]}: deleted; it was sealed as 1"


def test_after_a_cut_sealing_goes_on_when_somebody_says_so_on_the_record(five):
    was = str(ChainHead.objects.get())
    tamper("DELETE FROM audit_seal WHERE number > 3", f"DELETE FROM audit_auditentry WHERE id > {five[2]}")

    call_command("verify_audit", go_on="restored from the copy of noon")

    said = AuditEntry.objects.latest("pk")
    assert (said.action, said.reason, said.before) == ("audit.gone_on", "restored from the copy of noon", {"head": was})
    assert said.after == {"head": str(ChainHead.objects.get())}
    assert (seal().entries, findings()) == (1, [])
