"""An article as HTML a browser may be given.

It must never let a script, an event handler or an unsafe URL through, and never drop the `rel` of a paid link
(the sanitiser's defaults would).
"""

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt

from articles.markdown import frontmatter
from articles.markdown.lines import split_lines
from articles.markdown.parser import dialect, text_after_front_matter

_TAGS = nh3.ALLOWED_TAGS | {"section"}
_ATTRIBUTES = {
    "a": {"href", "rel", "title", "id"},
    "abbr": {"title"},
    "code": {"class"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"id"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SCHEMES = {"http", "https", "mailto"}
_FOOTNOTE_ID = re.compile(r"fn(?:ref)?\d+(?::\d+)?")
_CODE_CLASS = re.compile(r"language-[\w+#.-]+")


def render(body: str) -> str:
    """Sanitised HTML of a post, without its front matter."""
    lines = split_lines(body)
    source = text_after_front_matter(lines, frontmatter.length(lines))
    return sanitise(_renderer().render(source))


def sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "template", "iframe", "object"},
        attributes=_ATTRIBUTES,
        attribute_filter=_known_values,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


@cache
def _renderer() -> MarkdownIt:
    return dialect()


def _known_values(tag: str, attribute: str, value: str) -> str | None:
    """Ids and classes only as our own renderer writes them: a free id could shadow the page's own."""
    if attribute == "id":
        return value if _FOOTNOTE_ID.fullmatch(value) else None
    if attribute == "class":
        return value if _CODE_CLASS.fullmatch(value) else None
    return value
