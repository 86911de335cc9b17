"""Every button of a page, pressed as a browser would: what it sends, where to, and whether anything came of it.

Each press is undone before the next, so that grave ones may be pressed as well.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import connection
from django.test import Client

from config.tests.crawling import WAYS_IN, name_of, within
from config.tests.populated import undone
from queues.tests.browsing import Element, Page, read

SCRIPTS = [*(settings.BASE_DIR / "static").glob("*.js")]
# Kept about every request or every try, whatever comes of it.
_CHANGES = re.compile(
    r'\s*(INSERT INTO|UPDATE|DELETE FROM) "?(?!django_session|accounts_ratewindow|accounts_signin|audit_accessentry)',
    re.I,
)
SAYS = {"errorlist", "errornote", "form-errors", "notice", "banner", "bad", "messages", "q-problem", "text-red-700"}
LIBRARYS = {"command-submit"}  # beside the admin's search, which looks as one types
WIRED = ("hx-", "x-on:", "@", "popovertarget", "command")


@dataclass(frozen=True)
class Press:
    page: str
    button: str
    action: str
    fields: tuple[tuple[str, str], ...]
    form: Element = field(compare=False, repr=False)

    @property
    def kind(self) -> tuple[str, ...]:
        """Presses that differ only in whom they are about are of one kind."""
        given = sorted({name for name, _ in self.fields if name != "csrfmiddlewaretoken"})
        return (name_of(self.action), re.sub(r"\d+", "", self.button), *given)


def presses(url: str, page: Page) -> Iterator[Press]:
    """Of every form that is sent by POST, each button that sends it."""
    for form in page.all("form"):
        if form.get("method").lower() != "post":
            continue
        fields = tuple(_fields(page, form))
        for button in senders(page, form):
            action = button.get("formaction") or form.get("action") or form.get("hx-post")
            own = [(button["name"], button.get("value"))] if button.get("name") else []
            yield Press(url, button.text or button.get("value"), within(urljoin(url, action)), (*fields, *own), form)


def senders(page: Page, form: Element) -> list[Element]:
    buttons = [*page.all("button"), *page.all("input")]
    sending = [one for one in buttons if one.get("type", "submit" if one.name == "button" else "") == "submit"]
    return [one for one in sending if _belongs(one, form)]


def _belongs(element: Element, form: Element) -> bool:
    if element.get("form"):
        return element["form"] == form.get("id")
    parent = element.parent
    while parent is not None and parent is not form:
        parent = parent.parent
    return parent is form


def _fields(page: Page, form: Element) -> Iterator[tuple[str, str]]:
    for element in page.root.walk():
        if not element.get("name") or not _belongs(element, form) or "disabled" in element.attributes:
            continue
        if element.name == "textarea":
            yield element["name"], element.raw_text
        elif element.name == "select":
            options = element.all("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            yield from ((element["name"], option.get("value", option.text)) for option in chosen)
        elif element.name == "input" and _is_sent(element):
            yield element["name"], element.get("value")


def _is_sent(entry: Element) -> bool:
    kind = entry.get("type")
    return "checked" in entry.attributes if kind in ("checkbox", "radio") else kind not in ("submit", "button", "file")


def press(http: Client, one: Press) -> str:
    """What is wrong with it: nothing when it changed something, brought something, or says why it did not."""
    with its_cookies_kept(http), undone(), changes_noted() as changes:
        answer = http.post(one.action, _as_data(one.fields), headers={"Referer": f"http://testserver{one.page}"})
        fault = _fault(http, one, answer, bool(changes))
    return fault and f"{one.button!r} on {one.page} to {one.action}: {fault}"


@contextmanager
def its_cookies_kept(http: Client) -> Iterator[None]:
    """A press may sign out, which is undone as well."""
    cookies = deepcopy(http.cookies)
    yield
    http.cookies = cookies


@contextmanager
def changes_noted() -> Iterator[list[str]]:
    """The statements inside that change something. (Django's own log of queries is full after 9,000 of them.)"""
    noted: list[str] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if _CHANGES.match(sql):
            noted.append(sql)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        yield noted


def _as_data(fields: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    return {name: [value for other, value in fields if other == name] for name, _ in fields}


def _fault(http: Client, one: Press, answer: Any, changed: bool) -> str:
    if answer.status_code >= 500 or answer.status_code in (403, 404, 405):
        return f"answers {answer.status_code}"
    if changed or "attachment" in answer.get("Content-Disposition", ""):
        return ""
    if answer.status_code in (301, 302, 303):
        target = within(urljoin(one.action, answer["Location"]))
        if not target.startswith("/"):
            return ""
        if target.startswith(WAYS_IN) and not one.page.startswith(WAYS_IN):
            return f"sends on to {target}"
        if target.split("?")[0] != one.page.split("?")[0]:
            return ""  # a page of its own, which the walk looks at
        answer = http.get(target)
    return "" if said(read(answer)) else f"answers {answer.status_code}, changes nothing and does not say why"


def said(page: Page) -> list[str]:
    """What a page says in the places where it says what became of a wish."""
    speaking = [
        one
        for one in page.root.walk()
        if one.get("role") in ("alert", "status") or SAYS & set(one.get("class").split())
    ]
    return [one.text for one in speaking if one.text]


def idle(page: Page) -> Iterator[str]:
    """Buttons that nothing happens at, and forms that cannot be sent or would be refused."""
    for form in page.all("form"):
        is_wired = any(one.startswith(("hx-", "x-")) for one in form.attributes)
        asks = [one for one in (*form.all("input"), *form.all("textarea"), *form.all("select")) if _is_asked(one)]
        if asks and not senders(page, form) and not is_wired:
            yield f"nothing sends the form to {form.get('action')}"
        if form.get("method").lower() == "post" and "csrfmiddlewaretoken" not in dict(_fields(page, form)):
            yield f"the form to {form.get('action')} has no token"
    forms = page.all("form")
    for button in page.all("button"):
        is_sender = button.get("type", "submit") == "submit" and any(_belongs(button, form) for form in forms)
        if button.get("id") not in LIBRARYS and not is_sender and not is_wired_by(button, known_to_scripts(SCRIPTS)):
            yield f"the button {button.text!r} does nothing"


def _is_asked(entry: Element) -> bool:
    """Something to fill in; pressing Enter in a search sends it."""
    return entry.get("type") not in ("hidden", "search", "text")


def is_wired_by(button: Element, known: set[str]) -> bool:
    names = {name for name in button.attributes if name.startswith("data-")} | {f"#{button.get('id')}"}
    return bool(names & known) or any(name.startswith(WIRED) for name in button.attributes)


def known_to_scripts(scripts: list[Path]) -> set[str]:
    """The ids and data attributes that our own scripts look for."""
    text = "\n".join(script.read_text() for script in scripts)
    ids = re.findall(r'getElementById\("([\w-]+)"\)|"#([\w-]+)', text)
    return {f"#{first or second}" for first, second in ids} | set(re.findall(r"\[(data-[\w-]+)", text))
