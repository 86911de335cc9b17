"""Makes a table append-only in PostgreSQL itself, for any room's history.

Used in migrations only. What it protects must never be mended by an UPDATE: a new row says what was wrong.
"""

from django.db.migrations import RunSQL

REFUSING = """
CREATE FUNCTION append_only_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: the table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def refusal() -> RunSQL:
    """The function every append-only table's triggers call; audit's first migration makes it."""
    return RunSQL(REFUSING, "DROP FUNCTION append_only_refusal()")


def append_only(table: str) -> RunSQL:
    """UPDATE, DELETE and TRUNCATE of `table` refused from here on. Depend on ("audit", "0001_initial")."""
    refusing = "FOR EACH STATEMENT EXECUTE FUNCTION append_only_refusal()"
    return RunSQL(
        [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} {refusing}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {refusing}",
        ],
        [f"DROP TRIGGER {table}_append_only ON {table}", f"DROP TRIGGER {table}_no_truncate ON {table}"],
    )
