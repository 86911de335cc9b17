"""The evidence of an order as a PDF to print or keep: the same record as the JSON, section by section.

The same record gives the same bytes. Latin, Greek and Cyrillic letters are brought along; Chinese, Japanese and Korean
ones are the reader's own. Other scripts may show as boxes: the JSON holds every letter.
"""

import re
from collections.abc import Iterator
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from backlinks.evidence import Evidence

FONTS = Path(__file__).parent / "data" / "fonts"
PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
# Han is shown by the Chinese font unless kana stand beside it.
CHINESE, JAPANESE, KOREAN = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\u1100-\u11ff\uac00-\ud7af]")
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+")
TEXT = ParagraphStyle("text", fontName=PLAIN, fontSize=8, leading=10.5, splitLongWords=True)
HEAD = ParagraphStyle("head", parent=TEXT, fontName=BOLD, fontSize=11, leading=14, spaceBefore=10, spaceAfter=4)
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=15, leading=20)
LINES = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
)
LONGEST = 3_000  # of one value: a row must fit on a page


def as_pdf(evidence: Evidence) -> bytes:
    _know_fonts()
    file = BytesIO()
    title = f"Order {evidence.order.reference}"
    document = SimpleDocTemplate(
        file, pagesize=A4, invariant=1, title=title, author=settings.SITE_NAME,
        leftMargin=18 * mm, rightMargin=18 * mm, topMargin=18 * mm, bottomMargin=18 * mm,
    )  # fmt: skip
    document.build([*_front(evidence, title), *_sections(evidence.record)])
    return file.getvalue()


def _know_fonts() -> None:
    known = pdfmetrics.getRegisteredFontNames()
    for name in (PLAIN, BOLD):
        if name not in known:
            pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    for name in (CHINESE, JAPANESE, KOREAN):
        if name not in known:
            pdfmetrics.registerFont(UnicodeCIDFont(name))


def _front(evidence: Evidence, title: str) -> list[Flowable]:
    said = f"Everything on record at {settings.SITE_URL}. SHA-256 of the record: {evidence.sha256}"
    return [Paragraph(_markup(f"{settings.SITE_NAME}: {title}"), TITLE), Paragraph(_markup(said), TEXT)]


def _sections(record: dict[str, Any]) -> Iterator[Flowable]:
    for name, content in record.items():
        yield Paragraph(_markup(_worded(name)), HEAD)
        entries = content if isinstance(content, list) else [content]
        if not any(entries):
            yield Paragraph("None.", TEXT)
        for entry in filter(None, entries):
            yield _table(entry)
            yield Spacer(1, 5)


def _table(entry: dict[str, Any]) -> Table:
    rows = [
        [Paragraph(_markup(name), TEXT), Paragraph(_markup(value[:LONGEST]), TEXT)] for name, value in printed(entry)
    ]
    return Table(rows, colWidths=(45 * mm, 129 * mm), style=LINES, hAlign="LEFT")


def printed(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """A record within a record becomes lines of its own; what is empty, or said in words beside it, is left out."""
    if isinstance(value, dict) and {"check", "passed"} <= value.keys():
        yield name, _check(value)
    elif isinstance(value, dict):
        for inner, content in value.items():
            if inner == "amount_minor":
                continue
            yield from printed(content, f"{name}: {_worded(inner)}" if name else _worded(inner))
    elif isinstance(value, list):
        for number, content in enumerate(value, start=1):
            yield from printed(content, f"{name} {number}")
    elif value != "":
        yield name, {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _check(value: dict[str, Any]) -> str:
    words = str(value.get("label") or value.get("message") or value["check"]).rstrip(".")
    measured = f": {value['measured']}" if value.get("measured") else ""
    allowed = f" (allowed: {value['limit']})" if value.get("limit") else ""
    decides = value.get("blocks", value.get("blocking", True))
    return f"{words}{measured}{allowed}: {'passed' if value['passed'] else 'not passed' if decides else 'noted'}"


def _worded(name: str) -> str:
    words = name.replace("_", " ").replace("sha256", "SHA-256").replace("url", "address")
    return words[:1].upper() + words[1:]


def _markup(text: str) -> str:
    """Escaped; East Asian letters in a font that has them."""
    font = JAPANESE if _KANA.search(text) else KOREAN if _HANGUL.search(text) else CHINESE
    pieces, end = [], 0
    for found in _EAST_ASIAN.finditer(text):
        pieces += [escape(text[end : found.start()]), f'<font name="{font}">{escape(found[0])}</font>']
        end = found.end()
    return "".join([*pieces, escape(text[end:])]).replace("\n", "<br/>")
