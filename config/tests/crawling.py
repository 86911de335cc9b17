"""From the front door along every link, as somebody: each page once, and of pages that are alike only a few."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import Resolver404, resolve

from queues.tests.browsing import Page, read

FRONT_DOOR = "/"
HERE = "http://testserver"
OF_A_KIND = 4  # pages of one view, each about something else
MORE = {
    "backlinks:order": 99,
    "admin:backlinks_order_change": 99,
    "admin:articles_article_change": 9,
    "admin:view_on_site": 9,
}
ASKED_ALIKE = 1  # pages of one view that are asked the same, or as many things, with other answers
NOTHING_NEW = 204  # what a page that keeps itself fresh is told
WAYS_IN = ("/admin/login/", "/accounts/sign-in/", "/accounts/second-step/", "/accounts/step-up/")


@dataclass
class Crawl:
    """What was found: each page by its address, each address with the page it was first seen on."""

    http: Client
    alike: set[str] = field(default_factory=set)  # whatever names one of these is left out
    is_known: bool = True  # whether being sent to sign in is a fault
    pages: dict[str, Page] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    found_on: dict[str, str] = field(default_factory=dict)
    leading_out: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    _of_a_kind: Counter[Any] = field(default_factory=Counter)

    def run(self) -> "Crawl":
        ahead = deque([FRONT_DOOR])
        self.found_on[FRONT_DOOR] = "the start"
        while ahead:
            ahead.extend(self._open(ahead.popleft()))
        return self

    def names(self) -> set[str]:
        """The views that were reached."""
        return {name_of(url) for url in self.texts}

    def _open(self, url: str) -> list[str]:
        answer = self.http.get(url, headers={"Accept": "text/html"})
        if answer.status_code in (301, 302, 303, 307):
            return list(self._new(url, [answer["Location"]], is_sent_on=True))
        if answer.status_code == NOTHING_NEW:
            return []
        if answer.status_code != 200:
            self.wrong.append(f"{url} answers {answer.status_code}, linked from {self.found_on[url]}")
            return []
        self.texts[url] = answer.getvalue().decode(errors="replace")
        if not answer["Content-Type"].startswith("text/html"):
            return []
        self.pages[url] = page = read(answer)
        self.wrong += [f"{url}: {fault}" for fault in _deadwithin(page)]
        return list(self._new(url, _links(page)))

    def _new(self, url: str, links: list[str], *, is_sent_on: bool = False) -> Iterator[str]:
        for link in links:
            target = urldefrag(urljoin(url, within(link))).url
            parts = urlsplit(target)
            if target in self.found_on or parts.scheme not in ("", "http", "https") or self._is_alike(parts):
                continue
            self.found_on[target] = url
            if is_sent_on and self.is_known and parts.path.startswith(WAYS_IN):
                self.wrong.append(f"{url} sends on to {target}, linked from {self.found_on[url]}")
            elif parts.netloc:
                self.leading_out.add(target)
            else:
                yield target

    def _is_alike(self, parts: Any) -> bool:
        if any(id in parts.path for id in self.alike):
            return True
        asked = sorted(parse_qs(parts.query, keep_blank_values=True))
        kind = (name_of(parts.path), asked[0] if len(asked) == 1 else len(asked))
        self._of_a_kind[kind] += 1
        most = ASKED_ALIKE if asked else MORE.get(kind[0], OF_A_KIND)
        return not parts.netloc and self._of_a_kind[kind] > most


def within(link: str) -> str:
    """Of a whole address of this site the path."""
    return next((link[len(site) :] for site in (settings.SITE_URL, HERE) if link.startswith(f"{site}/")), link)


def name_of(url: str) -> str:
    """Of the view behind it, or the address itself where there is none."""
    path = urlsplit(url).path
    try:
        return resolve(path).view_name or path
    except Resolver404:
        return path


def _links(page: Page) -> list[str]:
    """Whatever a press or the page itself opens with a GET."""
    found = [link["href"] for link in page.all("a") if link.get("href")]
    found += [element["hx-get"] for element in page.root.walk() if element.get("hx-get")]
    return found + [picture["src"] for picture in page.all("img") if not picture["src"].startswith(settings.STATIC_URL)]


def _deadwithin(page: Page) -> Iterator[str]:
    """Links to a part of the page that is not there; scripts, styles and pictures of ours that are none."""
    ids = {element["id"] for element in page.root.walk() if element.get("id")}
    for element in page.root.walk():
        link = element.get("href") or element.get("src")
        is_switch = any(name.startswith("x-on:") for name in element.attributes)  # a tab of the admin's library
        if element.name == "a" and link.startswith("#") and link[1:] not in {"", *ids} and not is_switch:
            yield f"nothing is called {link}"
        if link.startswith(settings.STATIC_URL) and not finders.find(link.removeprefix(settings.STATIC_URL)):
            yield f"there is no file {link}"
