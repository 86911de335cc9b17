"""The panel of an order's page about its link once it is live, and about when it shall be: one line where it stands."""

from typing import Any

from django import template

from backlinks.looking_after import aftercare_of
from backlinks.models import Order
from backlinks.order_panels import Panel, panels_of

register = template.Library()


@register.inclusion_tag("backlinks/_aftercare.html", takes_context=True)
def aftercare(context: dict[str, Any], order: Order) -> dict[str, Any]:
    """Reads a handful of rows, and only those the order's state calls for."""
    return {"order": order, "care": aftercare_of(order), "csrf_token": context.get("csrf_token")}


@register.simple_tag
def order_panels(order: Order) -> list[Panel]:
    """What rooms above have to say about it."""
    return panels_of(order)
