"""The rules no code may break: a version's bytes never change, its hash is true, and what readers saw stays on record."""

from django.db import migrations

RULES = r"""
CREATE FUNCTION articles_version_is_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sha256 <> encode(sha256(convert_to(NEW.body, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'article version: sha256 is not the hash of the body' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER article_version_is_true BEFORE INSERT ON articles_articleversion
    FOR EACH ROW EXECUTE FUNCTION articles_version_is_true();

CREATE FUNCTION articles_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'article version %: its text, hash, number, base, article and time of publication never change', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER article_version_stays BEFORE UPDATE ON articles_articleversion
    FOR EACH ROW WHEN (
        NEW.body IS DISTINCT FROM OLD.body
        OR NEW.sha256 IS DISTINCT FROM OLD.sha256
        OR NEW.size IS DISTINCT FROM OLD.size
        OR NEW.number IS DISTINCT FROM OLD.number
        OR NEW.base_id IS DISTINCT FROM OLD.base_id
        OR NEW.article_id IS DISTINCT FROM OLD.article_id
        OR (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at)
    ) EXECUTE FUNCTION articles_version_stays();

CREATE FUNCTION articles_version_was_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'article version %: readers saw it, so it stays on record', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER article_version_was_published BEFORE DELETE ON articles_articleversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION articles_version_was_published();
"""

UNDO = """
DROP TRIGGER article_version_was_published ON articles_articleversion;
DROP TRIGGER article_version_stays ON articles_articleversion;
DROP TRIGGER article_version_is_true ON articles_articleversion;
DROP FUNCTION articles_version_was_published();
DROP FUNCTION articles_version_stays();
DROP FUNCTION articles_version_is_true();
"""


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]

    operations = [migrations.RunSQL(RULES, UNDO)]
