"""The room's queue. Its jobs land with events and aggregates."""

from queues.declare import Queue

ANALYTICS = Queue("analytics.process", pool="batch", concurrency=1, attempts=5)
