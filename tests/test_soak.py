"""The soak in short: everything at once under kills, nothing is wrong afterwards; and the judge finds what is planted.

`make soak` is the long one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.soak import playing, report, verdict
from tests.soak.playing import Soak
from tests.system import System

SECONDS, ARTICLES, SEED = 45, 60, 1
# What is done to the rows behind everybody's back, and what is said of it.
PLANTED = (
    ("DELETE FROM analytics_analyticsevent WHERE id = %(event)s", "1 of "),
    (
        "UPDATE mail_emaillog SET state = 'failed' WHERE subject_id = %(order)s AND kind = 'request_received'",
        "1 emails",
    ),
    (
        "INSERT INTO backlinks_orderevent"
        " (order_id, from_status, to_status, at, actor_type, actor_id, actor_label, reason)"
        " VALUES (%(order)s, 'AWAITING_PAYMENT', 'PROCESSING', now(), 'nobody', '', '', '')",
        "1 orders were not begun exactly once",
    ),
    ("UPDATE backlinks_order SET price_minor = price_minor + 1 WHERE id = %(order)s", "the money is"),
    ("UPDATE backlinks_refund SET amount_minor = amount_minor - 1", "the refunds are"),
    (
        "UPDATE backlinks_refund SET status = 'pending' WHERE id = (SELECT min(id) FROM backlinks_refund)",
        "1 refunds did",
    ),
    ("UPDATE backlinks_order SET target_url = 'https://' || id WHERE id = %(live)s", "1 live links do not stand"),
    ("UPDATE queues_counter SET completed = completed + 1 WHERE queue = 'payments'", "the counters is wrong by 1"),
    (
        "SET LOCAL session_replication_role = replica;"
        " UPDATE audit_auditentry SET action = 'other' WHERE id = (SELECT min(id) FROM audit_auditentry)",
        "verify_audit",
    ),
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Soak, System]]:
    home: Path = tmp_path_factory.mktemp("soak") / "home"
    with playing.played(home, seconds=SECONDS, articles=ARTICLES, seed=SEED, say=print) as (soak, system):
        yield soak, system


def test_nothing_is_lost_doubled_or_an_error_of_ours(played: tuple[Soak, System]):
    soak, _ = played

    assert soak.faults == []
    kinds = set(soak.answers.seconds())
    assert kinds >= {"catalogue", "checkout", "submit", "approve", "refund", "events", "owner's page", "owner's API"}
    assert soak.kills.total() >= 3 and len(soak.sales.paid) >= 3 and len(soak.acknowledged) >= 100
    assert "| orders, paid, submitted |" in "\n".join(report.lines(soak))


def test_the_judge_finds_what_is_planted(played: tuple[Soak, System]):
    soak, system = played
    known: dict[str, Any] = {"order": soak.sales.paid[0].order_id, "event": soak.acknowledged[0]}
    known["live"] = system.rows("SELECT id FROM backlinks_order WHERE status = 'COMPLETED' LIMIT 1")[0]["id"]

    with psycopg.connect(system.demo["database_url"]) as connection:
        for sql, _ in PLANTED:
            for statement in sql.split(";"):
                connection.execute(statement, known)

    faults = list(verdict.faults(system, soak.sales.every, soak.acknowledged))
    assert [said for _, said in PLANTED if not any(fault.startswith(said) for fault in faults)] == [], faults
