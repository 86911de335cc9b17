"""Articles and versions for tests of this room, made by its own verbs."""

from itertools import count

from articles.importing import import_article
from articles.markdown.links import markdown_link
from articles.models import Article, ArticleVersion
from articles.placements import NewPlacement
from articles.publishing import publish
from articles.versions import NewVersion, approve, propose
from audit.actors import Actor

EDITOR = Actor(type="user", id="7", label="editor@copydesk.example")
BREW = "https://brew.example/guide"
KETTLE = "https://kettle.example/"

_serial = count(1)

SENTENCE = "Water that is a little cooler draws less bitterness from the leaf and leaves the cup clearer than before."
PARAGRAPH = " ".join([SENTENCE] * 5)
BODY = "---\ntitle: How tea is made\ndescription: Slowly.\ntopic: Tea\n---\n\n" + "\n\n".join([PARAGRAPH] * 10) + "\n"


def published_article(body: str = BODY, slug: str = "") -> Article:
    done = import_article(
        source_bytes=body.encode(), actor=EDITOR, slug=slug or f"article-{next(_serial)}", publishing=True
    )
    return done.article


def live_version(article: Article) -> ArticleVersion:
    return ArticleVersion.objects.get(article=article, status="published")


def with_link(body: str, href: str = BREW, anchor: str = "brewing guide", paragraph: int = 4) -> str:
    """`body` with one sentence and its paid link added to a paragraph."""
    blocks = body.split("\n\n")
    blocks[paragraph] += f" More of it stands in this {markdown_link(href, anchor)}."
    return "\n\n".join(blocks)


def candidate(article: Article, body: str, subject: str = "") -> ArticleVersion:
    new = NewVersion(body=body, author_label="offline writer", subject=("order", subject or str(next(_serial))))
    return propose(article=article, base=article.published_version, new=new)


def approved(article: Article, body: str, subject: str = "") -> ArticleVersion:
    version = candidate(article, body, subject)
    return approve(version=version, body_sha256=version.sha256, actor=EDITOR)


def go_live(version: ArticleVersion, placement: NewPlacement | None = None) -> ArticleVersion:
    return publish(
        version=version,
        body_sha256=version.sha256,
        expected_published_id=version.base_id,
        placement=placement,
        actor=EDITOR,
    )


def sold(href: str = BREW, anchor: str = "brewing guide", subject: str = "") -> NewPlacement:
    return NewPlacement(href=href, anchor=anchor, subject=("order", subject or str(next(_serial))))
