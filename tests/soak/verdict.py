"""What became of every order, payment, link, email, job and event: asked of PostgreSQL and of Stripe's stand-in.

The statements share nothing with the product's code.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.crash.verdict import CONSERVATION, DRIFT
from tests.soak.buying import Sale
from tests.system import OURS, ROOT, System

UNDER_WAY = """
SELECT count(*) AS n FROM queues_job WHERE state IN ('waiting', 'dispatched', 'active', 'delayed')
    AND queue IN ('backlink-integration', 'payments', 'email.send') AND run_at < now() + interval '5 minutes'
"""
_PAID = "SELECT id::text, status, paid_by_id::text AS checkout FROM backlinks_order WHERE paid_at IS NOT NULL"
_BEGUN = """
SELECT order_id::text AS id, count(*) AS n FROM backlinks_orderevent
WHERE from_status = 'AWAITING_PAYMENT' AND to_status = 'PROCESSING' GROUP BY 1
"""
_MONEY = "SELECT currency, sum(price_minor)::bigint AS minor FROM backlinks_order WHERE paid_at IS NOT NULL GROUP BY 1"
_SESSIONS = "SELECT stripe_session_id AS id FROM backlinks_checkout WHERE status = 'paid'"
_REFUNDS = "SELECT stripe_refund_id AS id, amount_minor AS minor FROM backlinks_refund WHERE status = 'succeeded'"
_NOT_REFUNDED = """
SELECT o.id::text FROM backlinks_refund r JOIN backlinks_order o ON o.id = r.order_id
WHERE r.status <> 'succeeded' OR o.status <> 'REFUNDED'
"""
_LINKS = """
SELECT o.id::text, (length(v.body) - length(replace(v.body, o.target_url, ''))) / length(o.target_url) AS n,
    (SELECT count(*) FROM articles_placement p
     WHERE p.subject_type = 'order' AND p.subject_id = o.id::text AND p.ended_at IS NULL) AS placements
FROM backlinks_order o JOIN articles_article a ON a.id = o.article_id
JOIN articles_articleversion v ON v.id = a.published_version_id WHERE o.status = 'COMPLETED'
"""
_UNDUE_LINKS = """
SELECT o.id::text FROM backlinks_order o JOIN articles_article a ON a.id = o.article_id
JOIN articles_articleversion v ON v.id = a.published_version_id
WHERE o.status <> 'COMPLETED' AND position(o.target_url in v.body) > 0
"""
_EMAILS_TWICE = """
SELECT kind || ' about ' || subject_id AS id FROM mail_emaillog WHERE resend_of_id IS NULL
GROUP BY kind, subject_id, cause HAVING count(*) > 1
"""
_UNSENT = "SELECT kind || ' ' || state || ' ' || id AS id FROM mail_emaillog WHERE state NOT IN ('sent', 'uncertain')"
_SENT_ONCE = "SELECT message_id FROM mail_emaillog WHERE state = 'sent' AND attempts = 1"
_DEAD = "SELECT name || ': ' || left(error, 200) AS id FROM queues_job WHERE state = 'dead'"
_EVENTS = "SELECT count(*) AS n FROM analytics_analyticsevent WHERE id = ANY(%s)"


def faults(system: System, sales: Sequence[Sale], acknowledged: Sequence[Any]) -> Iterator[str]:
    """Each in words; none when all is as it should be."""
    yield from _orders(system, sales)
    yield from _money(system)
    yield from _links_and_emails(system)
    if dead := _ids(system, _DEAD):
        yield f"{len(dead)} dead letters: {'; '.join(dead[:3])}"
    for what, sql in (("the counters", DRIFT), ("the conservation of the counters", CONSERVATION)):
        if n := system.rows(sql)[0]["n"]:
            yield f"{what} is wrong by {n} rows"
    if missing := len(acknowledged) - system.rows(_EVENTS, list(acknowledged))[0]["n"]:
        yield f"{missing} of {len(acknowledged)} acknowledged events are not there"
    if said := _audit_trouble(system):
        yield f"verify_audit: {said}"


def _orders(system: System, sales: Sequence[Sale]) -> Iterator[str]:
    paid = {row["id"]: row["status"] for row in system.rows(_PAID)}
    begun = {row["id"]: row["n"] for row in system.rows(_BEGUN)}
    if lost := [sale.order_id for sale in sales if sale.is_paid and sale.order_id not in paid]:
        yield f"{len(lost)} paid orders are not paid for here: {lost[:3]}"
    if given := [sale.order_id for sale in sales if not sale.is_paid and sale.order_id in paid]:
        yield f"{len(given)} orders count as paid that nobody paid: {given[:3]}"
    if wrong := [id for id in paid if begun.get(id) != 1]:
        yield f"{len(wrong)} orders were not begun exactly once: {wrong[:3]}"
    if failed := [id for id, status in paid.items() if status in ("FAILED", "PROCESSING")]:
        yield f"{len(failed)} paid orders failed or are not written: {failed[:3]}"


def _money(system: System) -> Iterator[str]:
    told = system.http.get(system.demo["stripe"] + "/_control/state").json()
    theirs = [session for session in told["sessions"] if session["payment_status"] == "paid"]
    ours = {row["id"] for row in system.rows(_SESSIONS)}
    if {session["id"] for session in theirs} != ours:
        yield f"{len(theirs)} sessions are paid at Stripe and {len(ours)} here"
    sums = Counter[str]()
    for session in theirs:
        sums[session["currency"]] += session["amount_total"]
    if (here := {row["currency"]: row["minor"] for row in system.rows(_MONEY)}) != dict(sums):
        yield f"the money is {dict(sums)} at Stripe and {here} here"
    theirs_back = {refund["id"]: refund["amount"] for refund in told["refunds"]}
    if (ours_back := {row["id"]: row["minor"] for row in system.rows(_REFUNDS)}) != theirs_back:
        yield f"the refunds are {theirs_back} at Stripe and {ours_back} here"
    if unended := _ids(system, _NOT_REFUNDED):
        yield f"{len(unended)} refunds did not come to their end: {unended[:3]}"


def _links_and_emails(system: System) -> Iterator[str]:
    if wrong := [row["id"] for row in system.rows(_LINKS) if (row["n"], row["placements"]) != (1, 1)]:
        yield f"{len(wrong)} live links do not stand exactly once: {wrong[:3]}"
    if undue := _ids(system, _UNDUE_LINKS):
        yield f"{len(undue)} links stand that are not live: {undue[:3]}"
    if twice := _ids(system, _EMAILS_TWICE):
        yield f"{len(twice)} emails were written twice: {twice[:3]}"
    if unsent := _ids(system, _UNSENT):
        yield f"{len(unsent)} emails were not sent: {unsent[:3]}"
    arrived = Counter(message["message_id"] for message in _mailbox(system))
    if doubled := [row["message_id"] for row in system.rows(_SENT_ONCE) if arrived[row["message_id"]] != 1]:
        yield f"{len(doubled)} emails that were handed over once did not arrive once: {doubled[:3]}"


def _mailbox(system: System) -> list[dict[str, Any]]:
    """Its stand-in reads every message for it: minutes for thousands."""
    every = system.http.get(system.demo["mailbox"] + "/messages.json", timeout=600)
    return list(every.json()["messages"])


def _audit_trouble(system: System) -> str:
    known = {name: value for name, value in os.environ.items() if name not in OURS}
    secret = json.loads((system.home / "secrets.json").read_text())["SECRET_KEY"]
    given = {"DATABASE_URL": system.demo["database_url"], "REDIS_URL": system.demo["redis_url"], "SECRET_KEY": secret}
    command = [sys.executable, "manage.py", "verify_audit"]
    done = subprocess.run(command, cwd=ROOT, env=known | given, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-300:]


def _ids(system: System, sql: str) -> list[str]:
    return [str(row["id"]) for row in system.rows(sql)]
