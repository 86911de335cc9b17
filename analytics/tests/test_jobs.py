"""The room's jobs, through the real executor."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analytics import queries
from analytics.models import Checkpoint, VisitorSalt
from analytics.ranges import Range
from analytics.tests import given
from analytics.tests.given import utc
from queues.declare import JOBS, QUEUES
from queues.draining import drain
from queues.enqueue import enqueue
from queues.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
DAY = Range(date(2026, 11, 3), date(2026, 11, 3))


def test_what_is_new_is_counted_by_the_job_of_every_five_minutes():
    given.put("page_view", at=utc(2026, 11, 3, 12), path="/")
    enqueue("process-snapshot", {})
    enqueue("process-snapshot", {})

    assert drain() == [("process-snapshot", "SUCCESS")] * 2

    assert [job.result for job in Job.objects.order_by("id")] == [{"events": 1, "days": 1}, {"events": 0, "days": 0}]
    assert queries.totals(DAY).page_views == 1 and queries.as_of() is not None
    assert (JOBS["process-snapshot"].every_seconds, QUEUES["analytics.process"].pool) == (300, "batch")


def test_days_are_counted_anew_when_somebody_asks():
    given.put("article_view", at=utc(2026, 11, 3, 12), article_id=5)
    call_command("rebuild_analytics", "2026-11-02", "2026-11-04", stdout=None)
    call_command("rebuild_analytics", "2026-11-02", "2026-11-04", stdout=None)

    assert drain() == [("rebuild-article-stats", "SUCCESS")]

    assert Job.objects.get().result == {"days": 3}
    assert [(row.article_id, row.views, row.readers) for row in queries.articles(DAY)] == [(5, 1, 1)]
    assert queries.readers_of([5, 6], days=800) == {5: 1, 6: 0}
    assert not Checkpoint.objects.exists()
    with pytest.raises(CommandError):
        call_command("rebuild_analytics", "2026-11-04", "2026-11-02")


def test_months_are_kept_in_order_and_yesterdays_visitors_forgotten():
    VisitorSalt.objects.create(day=timezone.now().date() - timedelta(days=1), salt=b"x" * 32)
    enqueue("keep-analytics-months", {})

    assert drain() == [("keep-analytics-months", "SUCCESS")]

    assert Job.objects.get().result["salts"] == 1 and not VisitorSalt.objects.exists()
