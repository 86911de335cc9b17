"""Which terms an order was made under: the very words that were shown, kept once and named by their hash.

Change the words in the templates and the next order is under a new version; earlier orders keep theirs.
"""

import hashlib

from django.template.loader import render_to_string
from django.utils.html import strip_tags

from backlinks.models import Product, TermsText

TEMPLATES = {Product.BACKLINK: "backlinks/_terms.html", Product.ARTICLE: "backlinks/_article_terms.html"}


def current(product: Product) -> TermsText:
    """The terms as they read now, kept from here on."""
    text = _words_of(TEMPLATES[product])
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    terms, _ = TermsText.objects.get_or_create(sha256=sha256, defaults={"product": product, "text": text})
    return terms


def _words_of(template: str) -> str:
    """As a person reads it: a line for each point."""
    lines = strip_tags(render_to_string(template)).replace("&quot;", '"').splitlines()
    return "\n".join(words for line in lines if (words := " ".join(line.split())))
