"""Who works here: the beats of workers and relays."""

from django.db import models
from django.db.models.functions import Now


class Worker(models.Model):
    """A worker process' beat: what it listens to, how many slots it has, and since when one is free."""

    identity = models.CharField(primary_key=True, max_length=120)
    host = models.CharField(max_length=64)
    pid = models.PositiveIntegerField()
    pool = models.CharField(max_length=32)
    queues = models.JSONField(default=list)
    slots = models.PositiveSmallIntegerField()
    busy = models.PositiveSmallIntegerField(default=0)
    free_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())


class Relay(models.Model):
    """A relay process' beat. While it is idle, whoever enqueues wakes it with NOTIFY."""

    identity = models.CharField(primary_key=True, max_length=120)
    idle = models.BooleanField(default=False)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())
