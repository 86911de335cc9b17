"""`celery -A bench.peers.celery_plain.app`: results off, late acknowledgement, everything else as Celery comes."""

import os

from celery import Celery

app = Celery("celery_plain", broker=os.environ["REDIS_URL"], include=["bench.peers.celery_tasks"])
app.conf.task_ignore_result = True
app.conf.task_acks_late = True
app.conf.task_default_queue = "bench"
if _visible := os.environ.get("BENCH_VISIBILITY_SECONDS"):  # what is best for getting back what a dead worker had
    app.conf.broker_transport_options = {
        "visibility_timeout": int(_visible),
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
    }
    app.conf.worker_prefetch_multiplier = 1
