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


BUT_FOR_A_DOOR = """
CREATE FUNCTION append_only_but_for_a_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP, coalesce(current_setting('copydesk.door', true), '')) IN (('UPDATE', 'erasing'), ('DELETE', 'retiring'))
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% of % refused: the table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
# Behind the doors: only what is sealed is retired, and only personal values and their salts change.
SEALED_ONLY = """
CREATE FUNCTION audit_sealed_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit_seal WHERE entry_id = OLD.id) THEN
        RAISE EXCEPTION 'DELETE of audit_auditentry refused: entry % is not sealed', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$
"""
_FACTS = ("id", "at", "actor_type", "actor_id", "action", "target_type", "target_id", "request_id")
_SALTS = ("salt_of_actor", "salt_of_words")
PERSONAL_ONLY = f"""
CREATE TRIGGER audit_auditentry_personal_only BEFORE UPDATE ON audit_auditentry FOR EACH ROW WHEN (
    ({", ".join(f"OLD.{name}" for name in _FACTS)}) IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in _FACTS)})
    OR {" OR ".join(f"NEW.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _SALTS)}
) EXECUTE FUNCTION append_only_refusal()
"""


def doors() -> RunSQL:
    """The functions of the tables that have a door: audit's own."""
    return RunSQL(
        [BUT_FOR_A_DOOR, SEALED_ONLY],
        ["DROP FUNCTION append_only_but_for_a_door()", "DROP FUNCTION audit_sealed_only()"],
    )


def with_door(table: str) -> RunSQL:
    """`table`, append-only so far, may be erased from and retired from by a transaction that names the door."""
    trigger = f"{table}_append_only"
    made = f"CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION"
    dropped = f"DROP TRIGGER {trigger} ON {table}"
    return RunSQL(
        [dropped, f"{made} append_only_but_for_a_door()"],
        [dropped, f"{made} append_only_refusal()"],
    )


def behind_the_doors() -> RunSQL:
    """What even an open door does not let through."""
    sealed = "CREATE TRIGGER audit_auditentry_sealed_only BEFORE DELETE ON audit_auditentry"
    never = "CREATE TRIGGER audit_accessentry_never_changed BEFORE UPDATE ON audit_accessentry"
    return RunSQL(
        [
            f"{sealed} FOR EACH ROW EXECUTE FUNCTION audit_sealed_only()",
            PERSONAL_ONLY,
            f"{never} FOR EACH ROW EXECUTE FUNCTION append_only_refusal()",
        ],
        [
            "DROP TRIGGER audit_auditentry_sealed_only ON audit_auditentry",
            "DROP TRIGGER audit_auditentry_personal_only ON audit_auditentry",
            "DROP TRIGGER audit_accessentry_never_changed ON audit_accessentry",
        ],
    )
