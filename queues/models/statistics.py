"""How many jobs there are, without counting rows.

A trigger on the job table writes a Delta in the transaction of every change of state; the relay folds deltas into
counters and minutes. Nobody else writes here: the truth of now is a counter plus the deltas not yet folded.
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Delta(models.Model):
    """`n` jobs of `queue` went from state `was` (none: they were new) to `now` (none: the row was deleted)."""

    queue = models.CharField(max_length=64)
    was = models.CharField(max_length=12, null=True)
    now = models.CharField(max_length=12, null=True)
    wait_bucket = models.SmallIntegerField(null=True, help_text="Of the wait that a claim ended: queues.histograms.")
    run_bucket = models.SmallIntegerField(null=True, help_text="Of the run that ended: queues.histograms.")
    n = models.IntegerField()
    at = models.DateTimeField()


class Counter(models.Model):
    """What became of every job a queue ever had. Pruned rows stay counted in `completed` and `cancelled`."""

    queue = models.CharField(primary_key=True, max_length=64)
    enqueued = models.BigIntegerField(default=0)
    waiting = models.BigIntegerField(default=0)
    dispatched = models.BigIntegerField(default=0)
    active = models.BigIntegerField(default=0)
    delayed = models.BigIntegerField(default=0)
    completed = models.BigIntegerField(default=0)
    dead = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0, help_text="Rows deleted but for pruning: dead letters, by an owner.")
    pruned_completed = models.BigIntegerField(default=0)
    pruned_cancelled = models.BigIntegerField(default=0)
    recounted_at = models.DateTimeField(null=True)
    drift = models.BigIntegerField(default=0, help_text="Rows the last recount found beyond the counters; must be 0.")


class Minute(models.Model):
    """One queue in one minute: its throughput, how long jobs waited and ran, and its depth when it was last looked at.

    `wait` and `run` are histograms: how many jobs, by bucket.
    """

    queue = models.CharField(max_length=64)
    minute = models.DateTimeField()
    enqueued = models.IntegerField(default=0)
    completed = models.IntegerField(default=0)
    dead = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)
    retried = models.IntegerField(default=0)
    stalled = models.IntegerField(default=0, help_text="Runs that ended without a verdict: a worker died or stopped.")
    wait = models.JSONField(default=dict)
    run = models.JSONField(default=dict)
    waiting = models.IntegerField(default=0)
    active = models.IntegerField(default=0)
    delayed = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("minute", "queue"), name="queues_minute_once")]


class Recount(models.Model):
    """What a nightly check found; all but `jobs` must be 0."""

    at = models.DateTimeField(db_default=Now())
    jobs = models.BigIntegerField(help_text="Rows counted.")
    drift = models.BigIntegerField(help_text="Rows beyond the counters, over all queues and states.")
    contradicted = models.BigIntegerField(
        help_text="Runs that Celery's record says succeeded and ours says did not, or the other way round."
    )
