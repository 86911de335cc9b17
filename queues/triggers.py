"""The trigger that writes a Delta for every change of a job's state, in the transaction of the change.

In the database, so that no statement can forget it; per statement, so that a bulk insert writes one row for all.
Used in migrations only.
"""

from django.db.migrations import RunSQL

from queues.histograms import BUCKET_SQL

_INSERTED = """
CREATE FUNCTION queues_count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO queues_delta (queue, now, n, at)
    SELECT queue, state, count(*), statement_timestamp() FROM added GROUP BY queue, state;
    RETURN NULL;
END $$
"""
_UPDATED = """
CREATE FUNCTION queues_count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO queues_delta (queue, was, now, wait_bucket, run_bucket, n, at)
    SELECT a.queue, b.state, a.state,
        CASE WHEN a.state = 'active' THEN queues_bucket(a.started_at - a.run_at) END AS wait_bucket,
        CASE WHEN b.state = 'active' THEN queues_bucket(statement_timestamp() - b.started_at) END AS run_bucket,
        count(*), statement_timestamp()
    FROM after a JOIN before b ON b.id = a.id AND b.state <> a.state
    GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$
"""
_DELETED = """
CREATE FUNCTION queues_count_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO queues_delta (queue, was, n, at)
    SELECT queue, state, count(*), statement_timestamp() FROM removed GROUP BY queue, state;
    RETURN NULL;
END $$
"""
_TRIGGERS = """
CREATE TRIGGER queues_job_inserted AFTER INSERT ON queues_job REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION queues_count_inserted();
CREATE TRIGGER queues_job_updated AFTER UPDATE ON queues_job REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION queues_count_updated();
CREATE TRIGGER queues_job_deleted AFTER DELETE ON queues_job REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION queues_count_deleted();
"""
# Rows that existed before there were counters.
_CATCH_UP = """
INSERT INTO queues_delta (queue, now, n, at)
SELECT queue, state, count(*), statement_timestamp() FROM queues_job GROUP BY queue, state
"""
# A queue's rows live for seconds and its deltas for one: dead versions must go sooner than the defaults clear them.
_VACUUM = """
ALTER TABLE queues_delta SET
    (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE queues_job SET
    (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
"""
_DROP = """
DROP TRIGGER queues_job_inserted ON queues_job;
DROP TRIGGER queues_job_updated ON queues_job;
DROP TRIGGER queues_job_deleted ON queues_job;
DROP FUNCTION queues_count_inserted();
DROP FUNCTION queues_count_updated();
DROP FUNCTION queues_count_deleted();
DROP FUNCTION queues_bucket(interval);
"""


def counting() -> RunSQL:
    """From here on every change of `queues_job` is counted; what is there already is counted first."""
    return RunSQL([BUCKET_SQL, _CATCH_UP, _INSERTED, _UPDATED, _DELETED, _TRIGGERS, _VACUUM], [_DROP])
