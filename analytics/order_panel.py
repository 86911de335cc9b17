"""What became of a customer's link, as they read it on their order's page: views and clicks of theirs alone."""

from analytics import queries
from articles.models import Placement
from backlinks.models import Order

TEMPLATE = "analytics/_placement.html"
DAYS_SHOWN = 30


def figures_of(order: Order) -> dict[str, object] | None:
    """None before the link was live."""
    if not Placement.objects.filter(subject_type="order", subject_id=str(order.pk)).exists():
        return None
    figures = queries.placement_figures("order", str(order.pk))
    return {"figures": figures, "days": figures.days[-DAYS_SHOWN:], "as_of": queries.as_of()}
