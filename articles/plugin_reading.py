"""What a plugin may read of an article, where an owner granted it: what it is called, and the text that readers see, or
the version that a run is about.
"""

from articles.models import Article, ArticleVersion
from plugins.capabilities import Function, Subject


class NotAboutAnArticle(Exception):
    """The run is about something else, or the article has no text yet. The plugin sees these words."""


def reading(subject: Subject) -> Function:
    """A function of the run about that article."""

    def read_article() -> dict[str, str]:
        version = _version(subject)
        if version is None:
            raise NotAboutAnArticle("this run is about no published article")
        return {"title": version.article.title, "language": version.article.language, "body": version.body}

    return read_article


def _version(subject: Subject) -> ArticleVersion | None:
    kind, key = subject
    if kind == "article_version":
        return ArticleVersion.objects.select_related("article").filter(pk=key).first()
    article = Article.objects.filter(pk=key).first() if kind == "article" else None
    return article.published_version if article is not None else None
