"""What articles are searched by: kept by a trigger, so that no verb can forget it."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# Words are kept twice: as written, so that their beginnings are found, and reduced by the language's own dictionary.
# Where in the text they stand is left out: nobody asks, and it would be most of the bytes. The text is cut: PostgreSQL
# refuses a vector above one megabyte, and no article may fail to go live for that. The vectors stay in their rows:
# moved out of the table they make it look cheap to read as a whole, and the index is not used.
KEPT = r"""
ALTER TABLE articles_articlesearch ALTER COLUMN vector SET STORAGE MAIN;

CREATE FUNCTION articles_dictionary(language text) RETURNS regconfig LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT oid::regconfig FROM pg_ts_config
        WHERE cfgnamespace = 'pg_catalog'::regnamespace AND cfgname = CASE split_part(lower(language), '-', 1)
            WHEN 'ar' THEN 'arabic' WHEN 'ca' THEN 'catalan' WHEN 'da' THEN 'danish' WHEN 'de' THEN 'german'
            WHEN 'el' THEN 'greek' WHEN 'en' THEN 'english' WHEN 'es' THEN 'spanish' WHEN 'fi' THEN 'finnish'
            WHEN 'fr' THEN 'french' WHEN 'hu' THEN 'hungarian' WHEN 'id' THEN 'indonesian' WHEN 'it' THEN 'italian'
            WHEN 'nb' THEN 'norwegian' WHEN 'nl' THEN 'dutch' WHEN 'no' THEN 'norwegian' WHEN 'pt' THEN 'portuguese'
            WHEN 'ro' THEN 'romanian' WHEN 'ru' THEN 'russian' WHEN 'sv' THEN 'swedish' WHEN 'tr' THEN 'turkish'
        END
    ), 'simple'::regconfig)
$$;

CREATE FUNCTION articles_keep_words(article articles_article) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    body text;
    words text;
BEGIN
    SELECT left(v.body, 100000) INTO body FROM articles_articleversion v WHERE v.id = article.published_version_id;
    words := concat_ws(' ', article.title, article.topic, article.description, body);
    INSERT INTO articles_articlesearch (article_id, vector)
    VALUES (
        article.id,
        strip(to_tsvector('simple', words) || to_tsvector(articles_dictionary(article.language), words))
    )
    ON CONFLICT (article_id) DO UPDATE SET vector = EXCLUDED.vector;
END $$;

CREATE FUNCTION articles_article_was_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM articles_keep_words(NEW);
    RETURN NULL;
END $$;
CREATE TRIGGER article_is_found AFTER INSERT OR UPDATE OF title, topic, description, language, published_version_id
    ON articles_article FOR EACH ROW EXECUTE FUNCTION articles_article_was_written();

SELECT articles_keep_words(article) FROM articles_article article;
"""

UNDO = """
DROP TRIGGER article_is_found ON articles_article;
DROP FUNCTION articles_article_was_written();
DROP FUNCTION articles_keep_words(articles_article);
DROP FUNCTION articles_dictionary(text);
"""


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_versions_are_immutable")]

    operations = [
        migrations.CreateModel(
            name="ArticleSearch",
            fields=[
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="articles.article",
                    ),
                ),
                ("vector", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["vector"], name="article_search_words"),
                ],
            },
        ),
        migrations.RunSQL(KEPT, UNDO),
    ]
