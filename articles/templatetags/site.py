"""What every page says of the site itself, and how amounts and addresses are written. Never a query, never markup."""

from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.utils.translation import get_language_info

from articles import money
from articles.markdown.links import markdown_link
from articles.models import Placement

register = template.Library()


@register.simple_tag
def site_name() -> str:
    return str(settings.SITE_NAME)


@register.simple_tag
def absolute(path: str) -> str:
    """The public address of a path of this site, whatever host the request came by."""
    return f"{settings.SITE_URL}{path}"


@register.simple_tag
def money_of(minor: int, currency: str) -> str:
    return money.written(minor, currency)


@register.filter
def host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.filter
def language_name(code: str) -> str:
    """The language's own name for itself; its code when it is one Django has no name for."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


@register.filter
def as_bought(placement: Placement) -> str:
    """The Markdown a paid link is written with."""
    return markdown_link(placement.href, placement.anchor)
