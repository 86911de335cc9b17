"""The room's queue. Its jobs land with editorial workflows."""

from queues.declare import Queue

WORKFLOW_RUN = Queue("workflow.run", pool="ai", concurrency=4, attempts=5)
