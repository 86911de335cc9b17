"""History stays append-only, but for one change: who a customer was may become the pseudonym of an erased person."""

from django.db import migrations

RULES = """
DROP TRIGGER backlinks_orderevent_append_only ON backlinks_orderevent;

CREATE FUNCTION backlinks_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND OLD.actor_type = 'customer'
        AND NEW.actor_label ~ '^erased-[0-9a-f]{16}@erased[.]invalid$'
        AND to_jsonb(NEW) - 'actor_label' = to_jsonb(OLD) - 'actor_label'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % refused: the table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER backlinks_orderevent_append_only BEFORE UPDATE OR DELETE ON backlinks_orderevent
    FOR EACH ROW EXECUTE FUNCTION backlinks_only_erased();
"""

UNDO = """
DROP TRIGGER backlinks_orderevent_append_only ON backlinks_orderevent;
DROP FUNCTION backlinks_only_erased();
CREATE TRIGGER backlinks_orderevent_append_only BEFORE UPDATE OR DELETE ON backlinks_orderevent
    FOR EACH STATEMENT EXECUTE FUNCTION append_only_refusal();
"""


class Migration(migrations.Migration):
    dependencies = [("backlinks", "0009_terms")]

    operations = [migrations.RunSQL(RULES, UNDO)]
