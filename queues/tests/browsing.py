"""A browser without JavaScript: asks for the owner's pages as somebody, and reads them as a person would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from queues.models import Job
from queues.tests.calling import person

PAGES = "/admin/queues/"
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BLOCK = {"caption", "dd", "div", "dt", "h2", "h3", "h4", "li", "p", "pre", "td", "th", "tr"}


def browser(role: Role | None = Role.OWNER, **how: Any) -> Client:
    """Signed in as somebody of this role, and seen once, so that their sign-in is on file; None: as nobody."""
    http = Client(**how)
    if role is not None:
        http.force_login(person(role))
        http.get("/admin/login/")
    return http


def asked(http: Client, url: str) -> int:
    """How many queries the page takes, without those about who asks: those are another room's."""
    with CaptureQueriesContext(connection) as queries:
        assert http.get(url).status_code == 200
    theirs = ("django_session", "accounts_", "SAVEPOINT")
    return sum(not any(word in query["sql"] for word in theirs) for query in queries)


class Element:
    """One element, with what stands in it."""

    def __init__(self, name: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.children: list[Element | str] = []

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def get(self, attribute: str, otherwise: str = "") -> str:
        return self.attributes.get(attribute, otherwise)

    @property
    def text(self) -> str:
        """Its words, white space as it is shown but in <pre>."""
        return re.sub(r"\s+", " ", self.raw_text).strip()

    @property
    def raw_text(self) -> str:
        words = "".join(child if isinstance(child, str) else child.raw_text for child in self.children)
        return f" {words} " if self.name in _BLOCK or "q-note" in self.get("class") else words

    def inside(self, name: str) -> bool:
        """Whether it stands in an element of this name."""
        return self.parent is not None and (self.parent.name == name or self.parent.inside(name))

    def walk(self) -> Iterator["Element"]:
        ahead = self._elements()
        while ahead:
            yield (element := ahead.pop())
            ahead += element._elements()

    def _elements(self) -> list["Element"]:
        """The last first."""
        return [child for child in reversed(self.children) if isinstance(child, Element)]

    def all(self, name: str) -> list["Element"]:
        return [element for element in self.walk() if element.name == name]

    def cells(self) -> dict[str, str]:
        """Of a row of a list: the words of each cell by its label; ticks and buttons have none."""
        return {cell["data-label"]: cell.text for cell in self.all("td") if cell.get("data-label")}


@dataclass(frozen=True)
class Page:
    status: int
    root: Element

    @property
    def text(self) -> str:
        return self.root.text

    def by_id(self, id: str) -> Element:
        (found,) = (element for element in self.root.walk() if element.get("id") == id)
        return found

    def has(self, id: str) -> bool:
        return any(element.get("id") == id for element in self.root.walk())

    def all(self, name: str) -> list[Element]:
        return self.root.all(name)

    def links(self) -> list[str]:
        return [link["href"] for link in self.all("a") if link.get("href")]


def read(answer: Any) -> Page:
    """Fails where the page's tags do not fit together."""
    reader = _Reader()
    reader.feed(answer.content.decode())
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.name}> is never closed"
    return Page(answer.status_code, reader.root)


def fragment(http: Client, url: str, **query: Any) -> Page:
    """The page as htmx gets it: our part alone."""
    return read(http.get(url, query, headers={"HX-Request": "true"}))


def url_of_job(job: Job) -> str:
    return f"{PAGES}{job.queue}/jobs/{job.pk}/"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in _VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.name == tag and self.here.parent is not None, f"</{tag}> closes <{self.here.name}>"
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)
