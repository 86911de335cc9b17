"""Turns a kind and its context into subject, text and HTML.

One context feeds all three, so that they cannot disagree; what it brings must never become markup or a header.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import translation

from mail.lines import one_line

SUBJECT_LENGTH = 150
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(kind: str, context: Mapping[str, object], *, action_url: str, language: str = "en") -> Rendered:
    """The three parts of one email; raises TemplateDoesNotExist for a kind without templates."""
    values = {
        **context,
        "action_url": action_url,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "language": language,
    }
    with translation.override(language):
        subject = one_line(_plain(f"emails/{kind}.subject.txt", values), SUBJECT_LENGTH)
        values["subject"] = subject
        return Rendered(
            subject=subject,
            text=_plain(f"emails/{kind}.txt", values).strip() + "\n",
            html=render_to_string(f"emails/{kind}.html", values),
        )


def _plain(name: str, values: Mapping[str, object]) -> str:
    """Without HTML escaping, for what is not HTML; the lines that empty parts leave behind closed up."""
    text = Engine.get_default().get_template(name).render(Context(dict(values), autoescape=False))
    return _EMPTY_LINES.sub("\n\n", text)
