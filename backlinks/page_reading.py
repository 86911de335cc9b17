"""The public page of an article as a reader gets it, and whether a bought link stands in it.

Our own page only, over HTTP and outside any transaction. A page that cannot be read says nothing about the link.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings

from articles.markdown.links import SPONSORED_REL
from articles.models import Article, Placement
from backlinks.clients.web import Page, Unreachable, Unsafe, Visit, fetch
from backlinks.models import PageSeen

SECONDS = 5.0


@dataclass(frozen=True)
class Anchor:
    href: str
    rel: str
    text: str


@dataclass(frozen=True)
class ServedPage:
    """`unread` says why nothing is known; of a page that was read, `hidden` says why no reader finds the link."""

    unread: str = ""
    hidden: str = ""
    anchors: list[Anchor] = field(default_factory=list)

    def shows(self, placement: Placement) -> tuple[PageSeen, str]:
        """What the page is to this link, and what is wrong with it."""
        if self.unread:
            return PageSeen.NOT_READ, self.unread
        if self.hidden:
            return PageSeen.WRONG, self.hidden
        ours = [anchor for anchor in self.anchors if anchor.href == placement.href]
        right = Anchor(placement.href, SPONSORED_REL, " ".join(placement.anchor.split()))
        if ours != [right]:
            return PageSeen.WRONG, f"the link stands {len(ours)} times in the page, or not as bought"
        return PageSeen.RIGHT, ""


def read_page(article: Article) -> ServedPage:
    site = urlsplit(settings.SITE_URL)
    visit = Visit(allow_http=True, own_origin=f"{site.scheme}://{site.netloc}", seconds=SECONDS)
    try:
        page = fetch(f"{settings.SITE_URL}{article.get_absolute_url()}", visit)
    except (Unreachable, Unsafe) as problem:
        return ServedPage(unread=str(problem))
    return understood(page)


def understood(page: Page) -> ServedPage:
    if page.status in (404, 410):
        return ServedPage(hidden=f"the page answers {page.status}")
    if page.status != 200 or page.is_cut:
        return ServedPage(unread=f"the page answers {page.status}{', and too much' if page.is_cut else ''}")
    reader = _Reader()
    reader.feed(page.body.decode(errors="replace"))
    reader.close()
    if reader.is_hidden or "noindex" in page.headers.get("x-robots-tag", "").lower():
        return ServedPage(hidden="the page tells search engines not to index it")
    return ServedPage(anchors=reader.anchors)


class _Reader(HTMLParser):
    """Every link of a page, and whether it wants to be found."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors: list[Anchor] = []
        self.is_hidden = False
        self._open: tuple[str, str] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._open, self._text = (said.get("href", ""), said.get("rel", "")), []
        elif tag == "meta" and said.get("name", "").lower() == "robots":
            self.is_hidden = self.is_hidden or "noindex" in said.get("content", "").lower()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            self.anchors.append(Anchor(*self._open, " ".join("".join(self._text).split())))
            self._open = None
