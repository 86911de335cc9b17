"""Structured data in a page: a block of data, which no browser runs and no text in it can end."""

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# What could end the block, begin a comment in it or be read as markup: as JSON writes any character.
_ESCAPED = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


@register.simple_tag
def json_ld(said: dict[str, Any]) -> SafeString:
    written = json.dumps(said, ensure_ascii=False).translate(_ESCAPED)
    return mark_safe(f'<script type="application/ld+json">{written}</script>')  # nothing in it can be a tag
