"""A backup taken while customers buy comes back into a new database, and a system that starts on it goes on from there.

The old system is stopped dead soon after, as by a disaster; Stripe, the mailbox and the settings outlive it.
"""

import json
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cast import Cast
from tests.conftest import LONG, published
from tests.customer import Customer, Staff
from tests.disaster import Buying, Disaster, new_database, outside, settled, signal_all
from tests.system import RUN, System, launched, launched_empty, until
from tests.test_selftest import selftest

PROCESSES = ("web", "relay", "worker-ai", "worker-io", "worker-batch", "worker-plugins", "beat")
ARCHIVED = "jobs-2026-01-31.jsonl"
BROKEN_ORDERS = """
SELECT id, status FROM backlinks_order AS bought WHERE status NOT IN ('AWAITING_PAYMENT', 'CANCELLED') AND NOT (
    EXISTS (SELECT FROM backlinks_checkout AS till JOIN backlinks_checkoutitem AS item ON item.checkout_id = till.id
        WHERE till.id = bought.paid_by_id AND till.status = 'paid' AND item.order_id = bought.id
            AND item.amount_minor = bought.price_minor AND till.currency = bought.currency)
    AND (SELECT to_status FROM backlinks_orderevent WHERE order_id = bought.id ORDER BY id DESC LIMIT 1) = status
    AND (status IN ('PROCESSING', 'FAILED', 'REFUNDED') OR EXISTS (SELECT FROM articles_articleversion
        WHERE subject_type = 'order' AND subject_id = bought.id::text))
    AND (status <> 'REFUNDED' OR EXISTS (SELECT FROM backlinks_refund
        WHERE order_id = bought.id AND status = 'succeeded' AND amount_minor = bought.price_minor))
)
"""
PAID = "SELECT currency, sum(amount_minor)::int AS paid FROM backlinks_checkout WHERE status = 'paid' GROUP BY currency"
UNDER_WAY = "SELECT 1 FROM queues_job WHERE name = 'integrate-backlink' AND state = 'active'"
TWICE = "SELECT job_id FROM queues_attempt WHERE outcome = 'completed' GROUP BY job_id HAVING count(*) > 1"
UNFINISHED = "SELECT 1 FROM queues_job WHERE state NOT IN ('completed', 'dead', 'cancelled') AND subject_type <> ''"


@pytest.fixture(scope="module")
def disaster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disaster]:
    folder = tmp_path_factory.mktemp("backup")
    (folder / "archive").mkdir()
    (folder / "archive" / ARCHIVED).write_text('{"id": "of long ago"}\n')
    with launched(folder / "old") as old:
        articles = [published(old, folder, f"kept-{RUN}-{number}", LONG) for number in range(8)]
        cast = Cast(old, articles[0], articles[0])
        cast.paid("kept", "refunded", article=articles[0], reach="QUALITY_CHECK")
        cast.ask_for_refund(Staff(old, "owner"), "refunded")
        cast.orders["refunded"].reach("REFUNDED")
        unpaid = cast.ordered("unpaid", articles[0])
        assert unpaid.checkout().status_code == 201
        old.rows("DELETE FROM accounts_ratewindow RETURNING 1")
        old.control("openai", mode="ok", delay_seconds=8)
        old.control("mailbox", mode="down")  # so that no email of the backup goes out after it
        with Buying(old, articles[2:]):
            until(lambda: old.rows(UNDER_WAY), 30, "jobs under way")
            archive = {"JOB_ARCHIVE": str(folder / "archive")}
            taken = old.manage("backup", str(folder / "kept"), **archive)
        assert taken.returncode == 0, taken.stderr
        Customer(old, f"too-late-{RUN}@example.org").buy(articles[1])
        groups = [old.pid(name) for name in PROCESSES]
        try:
            signal_all(groups, signal.SIGSTOP)
            old.control("mailbox", mode="ok")
            yield Disaster(old, folder / "kept", json.loads((folder / "kept" / "figures.json").read_text()), unpaid)
        finally:
            signal_all(groups, signal.SIGCONT)


@pytest.fixture(scope="module")
def restored(disaster: Disaster) -> str:
    """The address of the database it came back into."""
    database = new_database(disaster.old, "restored")
    archive = {"JOB_ARCHIVE": str(disaster.backup.parent / "archive-restored")}
    ran = disaster.old.manage("restore", str(disaster.backup), DATABASE_URL=database, **archive)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "everything is as it was"), ran.stdout + ran.stderr
    return database


def rows(database: str, sql: str, *parameters: Any) -> list[dict[str, Any]]:
    with psycopg.connect(database, row_factory=psycopg.rows.dict_row) as connection:
        return list(connection.execute(sql, parameters).fetchall())


def test_it_was_taken_in_the_middle_of_work(disaster: Disaster):
    (now,) = disaster.old.rows("SELECT count(*)::int AS orders FROM backlinks_order")

    assert disaster.figures["jobs"]["active"] > 0
    assert disaster.figures["orders"]["PROCESSING"] > 0
    assert disaster.figures["emails"]["queued"] > 0
    assert disaster.figures["rows"]["backlinks_order"] < now["orders"]


def test_orders_money_and_files_agree(disaster: Disaster, restored: str):
    assert rows(restored, BROKEN_ORDERS) == []
    assert {row["currency"]: row["paid"] for row in rows(restored, PAID)} == disaster.figures["paid"]
    assert sum(disaster.figures["refunded"].values()) > 0
    assert (disaster.backup.parent / "archive-restored" / ARCHIVED).read_text() == '{"id": "of long ago"}\n'
    assert disaster.backup.stat().st_mode & 0o077 == 0


def test_a_database_that_holds_something_is_left_alone(disaster: Disaster, restored: str):
    ran = disaster.old.manage("restore", str(disaster.backup), DATABASE_URL=restored, JOB_ARCHIVE="elsewhere")

    assert ran.returncode == 1 and "CommandError: restored is not empty" in ran.stderr


def test_a_backup_is_not_written_over_another(disaster: Disaster):
    ran = disaster.old.manage("backup", str(disaster.backup))

    assert ran.returncode == 1 and "is there already" in ran.stderr


def test_what_is_missing_is_named_and_a_queue_is_held_back(disaster: Disaster, tmp_path: Path):
    backup = shutil.copytree(disaster.backup, tmp_path / "changed")
    figures = {**disaster.figures, "paid": {"usd": disaster.figures["paid"]["usd"] + 1}}
    (backup / "figures.json").write_text(json.dumps(figures))
    database = new_database(disaster.old, "changed")
    settings = {"DATABASE_URL": database, "JOB_ARCHIVE": str(tmp_path)}

    ran = disaster.old.manage("restore", str(backup), "--pause", "email.send", **settings)

    assert ran.returncode == 1 and "it is not all as it was: 1 differences" in ran.stderr, ran.stdout + ran.stderr
    usd = disaster.figures["paid"]["usd"]
    assert f"paid usd: {usd + 1} in the backup, {usd} here" in ran.stdout
    assert [row["queue"] for row in rows(database, "SELECT queue FROM queues_pause")] == ["email.send"]


def test_a_system_goes_on_from_it_and_does_everything_once(disaster: Disaster, restored: str, tmp_path: Path):
    begun = rows(restored, "SELECT id, name FROM queues_job WHERE state IN ('active', 'dispatched', 'waiting')")
    working = rows(restored, "SELECT id FROM backlinks_order WHERE status = 'PROCESSING'")
    disaster.unpaid.pay()  # the old site does not hear of it, nor does anybody tell the new one

    with launched_empty(settled(tmp_path / "new", disaster.old), **outside(disaster.old, restored)) as new:
        until(lambda: new.http.get(new.demo["site"] + "/readyz").json()["ready"], 60, "a system that is ready")
        paid = Customer(new, disaster.unpaid.email, disaster.unpaid.order_id, disaster.unpaid.token)
        paid.reach("QUALITY_CHECK", seconds=240)
        until(lambda: not new.rows(UNFINISHED), 120, "everything at its end")
        tested = selftest(new)

        assert tested.returncode == 0, tested.stdout + tested.stderr
        done = new.rows("SELECT id FROM queues_job WHERE state = 'completed'")
        assert {row["id"] for row in begun} - {row["id"] for row in done} == set()
        assert new.rows(TWICE) == []
        assert new.rows(BROKEN_ORDERS) == []
        for order in working:
            assert versions_and_letters(new, order["id"]) == (1, {"request_received": 1, "backlink_integrated": 1})
        (money,) = new.rows(PAID)
        assert money == {"currency": "usd", "paid": disaster.figures["paid"]["usd"] + 4900}
        verified = new.manage("verify_audit")
        assert verified.returncode == 0, verified.stdout
    mailbox = disaster.old.http.get(disaster.old.demo["mailbox"] + "/messages.json").json()["messages"]
    every = Counter(message["message_id"] for message in mailbox)
    assert [message for message, times in every.items() if times > 1] == []


def versions_and_letters(system: System, order: Any) -> tuple[int, dict[str, int]]:
    """How many versions were written for the order, and how many emails of each kind arrived."""
    versions = "SELECT 1 FROM articles_articleversion WHERE subject_type = 'order' AND subject_id = %s"
    letters = "SELECT kind FROM mail_emaillog WHERE subject_type = 'order' AND subject_id = %s AND state = 'sent'"
    sent = Counter(row["kind"] for row in system.rows(letters, str(order)))
    return len(system.rows(versions, str(order))), dict(sent)
