"""The corpus typed into every field of a form, with plausible words in the others, and looked for wherever it shows."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urljoin

from django.test import Client

from config.tests.crawling import within
from config.tests.hostile import CORPUS, FORMULA, harm
from config.tests.populated import undone
from config.tests.pressing import Press, changes_noted, its_cookies_kept
from queues.tests.browsing import Element

TYPED_INTO = {"", "text", "email", "url", "search", "tel", "number", "date", "datetime-local", "password", "hidden"}
PLAUSIBLE = {"email": "ada@example.com", "url": "https://shop.example.com/guide", "number": "900", "date": "2027-01-05"}
LOOKED_FOR = ("everything at once", "a template", "a formula")  # on the pages where it then shows
PARTS = 4
WORDS = "a guide for beginners"
OURS = ("csrfmiddlewaretoken",)
CSV = "/admin/audit/auditentry/csv/"


def entries(form: Element) -> Iterator[tuple[str, str]]:
    """The fields that take text, each with something plausible."""
    for element in form.walk():
        name, kind = element.get("name"), element.get("type")
        is_text = element.name == "textarea" or (element.name == "input" and kind in TYPED_INTO)
        if is_text and name and name not in OURS:
            yield name, PLAUSIBLE.get(kind, PLAUSIBLE["url"] if "url" in name else WORDS)


def hostile(one: Press, turn: int) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """What is sent: the worst in each field alone, and a quarter of the corpus in all fields at once.

    The quarter goes by `turn`, so that a few forms one after the other meet all of it.
    """
    sent = {name: [value for other, value in one.fields if other == name] for name, _ in one.fields}
    open_to = dict(entries(one.form))
    seen = {name: text for name, text in open_to.items() if name not in _hidden(one.form)}
    plausible = {name: sent[name] if any(sent.get(name, [])) else [value] for name, value in open_to.items()}
    boxes = {box["name"]: [box.get("value", "on")] for box in one.form.all("input") if box.get("type") == "checkbox"}
    for name in open_to:
        yield f"{LOOKED_FOR[0]} in {name}", {**sent, **plausible, **boxes, name: [CORPUS[LOOKED_FOR[0]]]}
    for entry, text in list(CORPUS.items())[turn % PARTS :: PARTS]:
        yield f"{entry} in all fields", {**sent, **boxes, **{key: [text] for key in seen}}


def _hidden(form: Element) -> set[str]:
    """What people never see is typed into alone, or nothing would come of the rest."""
    return {entry.get("name") for entry in form.all("input") if entry.get("type") == "hidden"}


def type_in(http: Client, one: Press, entry: str, sent: dict[str, list[str]]) -> tuple[str, bool]:
    """What is wrong with the answer, or with a page on which it then shows; and whether anything was kept."""
    body = urlencode(sent, doseq=True, errors="surrogatepass")
    with its_cookies_kept(http), undone(), changes_noted() as changes:
        answer = http.post(one.action, body, content_type="application/x-www-form-urlencoded")
        if answer.status_code >= 500 or answer.status_code in (403, 405):
            return f"answers {answer.status_code}", False
        kept = bool(changes)
        looks = kept and entry.startswith(LOOKED_FOR)
        shown = [_text(answer), *(_text(http.get(url)) for url in _where(http, one, answer) if looks)]
        faults = [fault for text in shown for fault in harm(text)]
        return f"is obeyed: {faults[:3]}" if faults else _formulas(http) if looks else "", kept


def _where(http: Client, one: Press, answer: Any) -> list[str]:
    """The page it was typed on, where it leads, and the list above."""
    target = within(urljoin(one.action, answer.get("Location", one.page)))
    above = target.rstrip("/").rsplit("/", 2)[0] + "/" if target.startswith("/admin/") else "/"
    return [url for url in dict.fromkeys((one.page, target, above)) if url.startswith("/")]


def _text(answer: Any) -> str:
    assert answer.status_code < 500, answer.request["PATH_INFO"]
    return str(answer.getvalue().decode(errors="replace")) if "html" in answer.get("Content-Type", "") else ""


def _formulas(http: Client) -> str:
    answer = http.get(CSV)
    if answer.status_code != 200:
        return ""  # not theirs to see
    rows = csv.reader(io.StringIO(answer.getvalue().decode()))
    cells = [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    return f"is a formula in {CSV}: {cells[:3]}" if cells else ""
