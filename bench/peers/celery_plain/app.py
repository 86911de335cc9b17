"""`celery -A bench.peers.celery_plain.app`: results off, late acknowledgement, everything else as Celery comes."""

import os

from celery import Celery

app = Celery("celery_plain", broker=os.environ["REDIS_URL"], include=["bench.peers.celery_tasks"])
app.conf.task_ignore_result = True
app.conf.task_acks_late = True
app.conf.task_default_queue = "bench"
