"""Markup that a hostile customer types into every field, and a reader that says where a browser would obey it."""

from collections.abc import Iterator
from html.parser import HTMLParser

PROBE = "probe-"
RUNS_CODE = ("href", "src", "action", "formaction", "data", "xlink:href")


def probe(field: str) -> str:
    """Breaks out of an attribute, a text, a script and a comment; its element is found by the field's name."""
    return f"--></script></title></textarea>\"'><{PROBE}{field}/onfocus=x>{{{{7*7}}}}"


class Obeyed(HTMLParser):
    """The probes a browser would take for elements or attributes; documents within attributes are read, too."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.startswith(PROBE):
            self.found.append(tag)
        self.found += [f"<{tag} {name}={value!r}>" for name, value in attrs if _obeys(name, value or "")]
        for name, value in attrs:
            if name == "srcdoc":
                self.found += Obeyed(value or "").found

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and PROBE in data:
            self.found.append(f"within <{self.cdata_elem}>")


def obeyed(page: str) -> list[str]:
    return Obeyed(page).found


def _obeys(name: str, value: str) -> bool:
    address = "".join(value.split()).lower()
    return name.startswith(("on", PROBE)) or (name in RUNS_CODE and address.startswith(("javascript:", "data:text")))


def fields_in(pages: Iterator[str] | list[str], fields: list[str]) -> set[str]:
    """Which fields' probes are to be read somewhere, as text: otherwise their absence would say nothing."""
    text = "\n".join(pages)
    return {field for field in fields if f"{PROBE}{field}" in text}
