"""`make bench-analytics`: what the door takes, and how fast 5,000,000 events over 90 days become figures.

Beside each figure stands the naive query, over the raw events, in the same run. Fails when a budget is broken or an
event that was acknowledged is lost. `--events 500000` for a smaller site, `--only ingest|figures` for a part.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("TRUSTED_PROXIES", "1")
from tests import environment  # noqa: F401

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from analytics import caching, snapshot  # noqa: E402
from analytics.models import Checkpoint  # noqa: E402
from analytics.ranges import Range, first_id  # noqa: E402
from bench import analytics_events, analytics_ingest  # noqa: E402

DAYS, EVENTS, MORE = 90, 5_000_000, 100_000
WARM, BATCHES, KILLED_AFTER = 40, 800, 3.0
PER_SECOND, REBUILD_S, INCREMENT_S, CALL_MS, SLOW_MS = 2_000, 60, 2, 150, 3_000
TIMES = 9
CALLS: dict[str, dict[str, Any]] = {
    "overview": {},
    "series": {},
    **{f"dimension {name}": {"dimension": name} for name in ("referrer", "device", "browser", "os", "utm_source")},
    "articles": {},
    "searches": {},
    "engagement": {},
    "realtime": {},
    "sales": {},
}
SLOW: dict[str, dict[str, Any]] = {
    "funnel": {"step": ["page_view:/", "click", "dashboard_view"]},
    "funnel by device": {"step": ["page_view:/", "click", "dashboard_view"], "by": "device", "window_hours": 1},
    "funnel of all reading": {"step": ["page_view", "article_view", "click"]},
    "retention": {"period": "week"},
    "retention by day": {"period": "day"},
}
_COUNTS = "count(*) FILTER (WHERE type = 'page_view'), count(*) FILTER (WHERE type = 'click'), count(DISTINCT visitor)"
_DAY = "date_trunc('day', at, 'UTC')"
_WHERE = "FROM analytics_analyticsevent WHERE id >= %(first)s AND id < %(end)s"
NAIVE = {
    "overview": f"SELECT sum(v) FROM (SELECT {_DAY}, count(DISTINCT visitor) AS v {_WHERE} GROUP BY 1) AS days",
    "series": f"SELECT {_DAY}, {_COUNTS} {_WHERE} GROUP BY 1 ORDER BY 1",
    "dimension referrer": f"SELECT referrer, {_COUNTS} {_WHERE} GROUP BY 1 ORDER BY 4 DESC LIMIT 50",
    "dimension device": f"SELECT device, {_COUNTS} {_WHERE} GROUP BY 1 ORDER BY 4 DESC",
    "articles": f"SELECT article_id, {_COUNTS} {_WHERE} AND article_id IS NOT NULL GROUP BY 1 ORDER BY 4 DESC LIMIT 50",
    "searches": f"SELECT label, {_COUNTS} {_WHERE} AND type = 'search' GROUP BY 1 ORDER BY 4 DESC LIMIT 50",
}


@dataclass
class Report:
    kept: bool = True

    def line(self, what: str, is_kept: bool, budget: str) -> None:
        self.kept = self.kept and is_kept
        print(f"{what:<78} {budget}: {'kept' if is_kept else 'BROKEN'}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--only", choices=["ingest", "figures"])
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    report = Report()
    if asked.only != "figures":
        _ingest(report)
    if asked.only != "ingest":
        _figures(report, asked.events)
    return 0 if report.kept else 1


def _ingest(report: Report) -> None:
    server = analytics_ingest.Server()
    analytics_ingest.take(server, WARM)
    taken = analytics_ingest.take(server, BATCHES)
    what = (
        f"ingest: {len(taken.acknowledged):,} events in batches of {analytics_ingest.BATCH}, {taken.per_second:,.0f}/s"
    )
    report.line(what, taken.per_second >= PER_SECOND, f"≥ {PER_SECOND:,}/s")
    killed = analytics_ingest.take(server, 100_000, kill_after=KILLED_AFTER)
    gone = analytics_ingest.lost(taken) + analytics_ingest.lost(killed)
    what = f"server killed under way: {len(killed.acknowledged):,} of {killed.sent:,} events acknowledged, {gone} lost"
    report.line(what, gone == 0 and len(killed.acknowledged) > 0, "none lost")


def _figures(report: Report, events: int) -> None:
    now = datetime.now(UTC)
    _run("TRUNCATE analytics_analyticsevent")  # what the door just took is no quarter of an hour of such a site
    _, made = _timed(lambda: analytics_events.fill(events, now - timedelta(days=DAYS - 1), now))
    _run("VACUUM ANALYZE analytics_analyticsevent")
    print(f"{events:,} events over {DAYS} days made in {made:.1f} s", flush=True)
    range = Range.last_days(DAYS)
    _, took = _timed(lambda: snapshot.rebuild(range))
    report.line(f"full rebuild of {DAYS} days: {took:.1f} s", took <= REBUILD_S, f"≤ {REBUILD_S} s")
    _run("VACUUM ANALYZE")
    _be_up_to_date()
    _increment(report, now)
    _calls(report, CALLS, CALL_MS, range)
    _calls(report, SLOW, SLOW_MS, range, times=3)


def _be_up_to_date() -> None:
    """All that is there was counted by the rebuild."""
    (xid,) = _run("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0]
    Checkpoint.objects.update_or_create(name=snapshot.NAME, defaults={"xid": xid, "run_at": datetime.now(UTC)})


def _increment(report: Report, now: datetime) -> None:
    """Of today; then a few that come late, for two days of last week."""
    start = max(now - timedelta(hours=4), Range.last_days(1).start)
    analytics_events.fill(MORE, start, now, salt=1)
    counted, took = _timed(snapshot.process)
    what = f"incremental run, {counted.events:,} new events of {len(counted.days)} day(s): {took:.2f} s"
    report.line(what, took <= INCREMENT_S, f"≤ {INCREMENT_S} s")
    late = now - timedelta(days=5)
    analytics_events.fill(1_000, late, late + timedelta(days=1), salt=2)
    counted, took = _timed(snapshot.process)
    print(f"    {counted.events:,} late ones, of {len(counted.days)} days: {took:.2f} s", flush=True)


def _calls(report: Report, calls: dict[str, dict[str, Any]], budget: int, range: Range, times: int = TIMES) -> None:
    """Each through the owner API, with no cache: Redis is taken for away."""
    caching._Peace.until = float("inf")
    owner = User.objects.filter(role=Role.OWNER).first() or User.objects.create_user(
        "bench@copydesk.example", Role.OWNER
    )
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    for name, query in calls.items():
        said = {"first": range.first, "last": range.last} if name != "realtime" else {}
        address = f"/api/owner/analytics/{name.split()[0]}"
        took = [_milliseconds(lambda a=address, q={**said, **query}: _ok(client.get(a, q))) for _ in [0] * times]
        naive = _naive(name, range)
        report.line(
            f"{name}: {statistics.median(took):.0f} ms{naive}", statistics.median(took) <= budget, f"≤ {budget} ms"
        )


def _naive(name: str, range: Range) -> str:
    if name not in NAIVE:
        return ""
    bounds = {"first": first_id(range.start), "end": first_id(range.end)}
    return f", naively {_milliseconds(lambda: _run(NAIVE[name], bounds)):,.0f} ms"


def _ok(answer: Any) -> None:
    assert answer.status_code == 200, answer.content


def _milliseconds(work: Callable[[], Any]) -> float:
    return _timed(work)[1] * 1000


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _run(sql: str, parameters: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


if __name__ == "__main__":
    sys.exit(main())
