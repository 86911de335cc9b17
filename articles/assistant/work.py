"""What a suggestion is made from: the text that is worked on now, and what is said of the article beside it."""

from dataclasses import dataclass
from functools import cached_property

from articles.editing import start_of
from articles.markdown.frontmatter import length
from articles.markdown.lines import split_lines
from articles.models import Article, ArticleVersion, Placement, Suggestion
from articles.placements import live_placements


class NothingWritten(Exception):
    """The article has no text yet."""


@dataclass(frozen=True)
class Work:
    """One wish for one text. Everything in it is data to whoever writes."""

    article: Article
    base: ArticleVersion
    wish: str
    paid: tuple[Placement, ...]

    @cached_property
    def text(self) -> str:
        """Without front matter."""
        lines = split_lines(self.base.body)
        return "".join(lines[length(lines) :]).strip()

    @property
    def material(self) -> str:
        """What may be said as a fact stands in it."""
        return "\n".join([self.article.title, self.article.description, self.wish, self.base.body])


def work_for(suggestion: Suggestion, base: ArticleVersion) -> Work:
    article = suggestion.article
    return Work(article, base, suggestion.wish, tuple(live_placements(article)))


def facts_of(article: Article) -> dict[str, str]:
    return {"title": article.title, "description": article.description, "slug": article.slug}


def text_worked_on(article: Article) -> ArticleVersion:
    """What readers see; of an article nobody has read yet, the desk's newest text. Raises NothingWritten."""
    if article.published_version_id is not None:
        return article.versions.get(pk=article.published_version_id)
    newest = start_of(article)
    if newest is None:
        raise NothingWritten(f"article {article.pk}")
    return newest


def text_or_nothing(article: Article) -> ArticleVersion | None:
    try:
        return text_worked_on(article)
    except NothingWritten:
        return None
