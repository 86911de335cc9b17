"""Plain Celery on Redis as a careful user would set it up: `celery -A tests.crash.control_app worker`.

Every job leaves its effect in one transaction, as the backbone's jobs do; nothing else is shared with them.
"""

import os
import time
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery, Task, signals

from tests.crash.killpoints import Killpoints
from tests.crash.plan import Point

QUEUES = {False: "control-threads", True: "control-forked"}  # by whether a pool child runs its jobs
VISIBILITY_SECONDS = 20
TABLES = """
CREATE TABLE control_start (job_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE control_effect (job_id uuid NOT NULL);
"""
app = Celery("control", broker=os.environ.get("REDIS_URL"), set_as_current=False)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    # Best for this: the longest job takes a second, and what was lost in a worker must come back within the run.
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
    },
)


@signals.worker_init.connect
def arm(**_: Any) -> None:
    app.killpoints = Killpoints(Path(os.environ["CRASH_FOLDER"]), lambda jobs: True)
    app.killpoints.arm()


@app.task(bind=True, name="control", max_retries=5)
def work(self: Task, job_id: str, seconds: float, fails: int) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO control_start (job_id) VALUES (%s)", [job_id])
        app.killpoints.reach(Point.CLAIMED, job_id)
        time.sleep(seconds)
        if self.request.retries < fails:
            raise self.retry(countdown=1)
        with connection.transaction():
            connection.execute("INSERT INTO control_effect VALUES (%s)", [job_id])
            app.killpoints.reach(Point.EFFECTS, job_id)
