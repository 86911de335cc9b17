"""What this room does in the background: counting what is new, counting anew, and keeping its months in order."""

from datetime import date

from analytics import partitions, snapshot, visitors
from analytics.ranges import Range
from queues.context import Context
from queues.declare import Payload, Queue, job

ANALYTICS = Queue("analytics.process", pool="batch", concurrency=1, attempts=5, chunk=20)
FIVE_MINUTES, AN_HOUR = 300, 3600
REBUILD = "rebuild-article-stats"


class RebuildPayload(Payload):
    """Days of the site's time zone, both included."""

    first: date
    last: date


@job(queue=ANALYTICS, name="process-snapshot", payload=Payload, timeout_seconds=1800, every_seconds=FIVE_MINUTES)
def process_snapshot(ctx: Context, payload: Payload) -> None:
    """Counted in a transaction of its own: run again it finds nothing new, so nothing hangs on the finish."""
    counted = snapshot.process()
    with ctx.finishing() as outcome:
        outcome.update(events=counted.events, days=len(counted.days))


@job(queue=ANALYTICS, name=REBUILD, payload=RebuildPayload, timeout_seconds=6 * AN_HOUR)
def rebuild_article_stats(ctx: Context, payload: RebuildPayload) -> None:
    """Every figure of the days, not the articles' alone: all come from one look at the events."""
    counted = snapshot.rebuild(Range(payload.first, payload.last), tell=ctx.progress)
    with ctx.finishing() as outcome:
        outcome["days"] = len(counted)


@job(queue=ANALYTICS, name="keep-analytics-months", payload=Payload, timeout_seconds=300, every_seconds=AN_HOUR)
def keep_months(ctx: Context, payload: Payload) -> None:
    """Months ahead are made, old ones dropped, and yesterday's visitors made unknowable."""
    made, dropped, salts = partitions.create_ahead(), partitions.drop_old(), visitors.forget_past_days()
    with ctx.finishing() as outcome:
        outcome.update(made=made, dropped=dropped, salts=salts)
