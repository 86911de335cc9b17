"""queues.words for the templates."""

from django import template

from queues import words

register = template.Library()
for word in (words.duration, words.clock, words.from_now, words.short_id):
    register.filter(word.__name__, word)


@register.filter
def number(n: int) -> str:
    """`12,345`."""
    return f"{n:,}"
