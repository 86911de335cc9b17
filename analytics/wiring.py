"""What this room shows on pages of the rooms below."""

from django.urls import reverse

from analytics import order_panel, queries
from articles import ai_breaker, ai_budgets
from articles.readership import DAYS, register_readership
from backlinks.order_panels import register_order_panel
from queues.alerts import register_page


def ai_costs_page() -> str:
    return reverse("analytics-pages:ai-costs")


register_page(ai_breaker.ALERT, ai_costs_page)
register_page(ai_budgets.ALERT, ai_costs_page)
register_order_panel(order_panel.TEMPLATE, order_panel.figures_of)
register_readership(lambda article_ids: queries.readers_of(article_ids, days=DAYS))
