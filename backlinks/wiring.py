"""What becomes of an order, an event or a refund when its job ends badly, and where emails about an order lead.

Called by queues in the transaction of the job's own change of state: quick, and never to the outside.
"""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.panels import register_panel
from accounts.personal.holdings import register_holding
from accounts.proven import on_address_proven
from articles.commissioning import register_commission
from articles.going_live import on_going_live
from articles.models import Article
from articles.promises import register_promises
from backlinks import (
    composing,
    failing,
    fulfilment,
    guests,
    letters,
    panels,
    personal,
    refunded,
    refunds,
    scheduling,
    watching,
)
from backlinks.access import token_for
from backlinks.alerts import Trouble
from backlinks.findings import forget_old
from backlinks.models import Order, Refund, RefundStatus
from backlinks.queries import promised_links
from backlinks.reputation import read_lists
from mail.links import register_action_link
from queues.errors import ReplayRefused
from queues.models import Job
from queues.subjects import Description, register
from queues.upkeep import every_minute
from workflows.triggers import register_event


def order_job_ended(job: Job) -> None:
    failing.work_came_to_nothing(job.subject_id, reason=_why(job))


def order_job_replayed(job: Job) -> None:
    try:
        failing.resume(job.subject_id)
    except failing.CannotResume as refusal:
        raise ReplayRefused(str(refusal)) from refusal


def describe_order(order_id: str) -> Description:
    order = Order.objects.select_related("article").get(pk=order_id)
    what = "new article" if order.is_for_article else "link in"
    return Description(f"order {order.reference}: {what} “{order.article.title}”", _admin_page("order", order_id))


def refund_died(job: Job) -> None:
    refund = Refund.objects.get(pk=job.subject_id)
    if refund.status == RefundStatus.REQUESTED:  # otherwise Stripe has it, and says what becomes of it
        refunded.fail(refund, _why(job))


def refund_replayed(job: Job) -> None:
    try:
        refunds.ask_again(Refund.objects.get(pk=job.subject_id))
    except refunds.NotRefundable as refusal:
        raise ReplayRefused(str(refusal)) from refusal


def describe_refund(refund_id: str) -> Description:
    refund = Refund.objects.select_related("order").get(pk=refund_id)
    return Description(f"refund of order {refund.order.reference}", _admin_page("order", str(refund.order_id)))


def link_still_stands(job: Job) -> None:
    """A refunded link that could not be taken out is for an editor to take out."""
    order = Order.objects.select_related("article").get(pk=job.subject_id)
    letters.to_staff(Trouble.LINK_STANDS, order, cause=str(job.pk), message=_why(job))


def plan_died(job: Job) -> None:
    """Whatever kept it from going live, an editor hears of it: the order is still with them."""
    scheduling.stop(job.payload["plan_id"], _why(job))


def describe_article(article_id: str) -> Description:
    return Description(f"paid links of “{Article.objects.get(pk=article_id).title}”")


def describe_event(event_id: str) -> Description:
    return Description(f"Stripe event {event_id}")


def describe_checkout(checkout_id: str) -> Description:
    return Description(f"checkout {checkout_id}")


def order_link(order_id: str) -> str:
    """The email's link: its token is traded for a cookie at the first visit."""
    return f"{settings.SITE_URL}/orders/{order_id}/?access={token_for(Order.objects.get(pk=order_id))}"


def desk_link(order_id: str) -> str:
    """Where staff see to an order."""
    return f"{settings.SITE_URL}{_admin_page('order', order_id)}"


def _why(job: Job) -> str:
    """As it stands in the row: the transition wrote it there, not into this object."""
    error, cancel_reason = Job.objects.values_list("error", "cancel_reason").get(pk=job.pk)
    return error or cancel_reason


def _admin_page(model: str, id: str) -> str:
    try:
        return reverse(f"admin:backlinks_{model}_change", args=[id])
    except NoReverseMatch:
        return ""


register(
    "order",
    on_dead=order_job_ended,
    on_cancelled=order_job_ended,
    on_replay=order_job_replayed,
    describe=describe_order,
)
register("refund", on_dead=refund_died, on_cancelled=refund_died, on_replay=refund_replayed, describe=describe_refund)
register("stripe_event", describe=describe_event)
register("checkout", describe=describe_checkout)
register("refunded_link", on_dead=link_still_stands, on_cancelled=link_still_stands, describe=describe_order)
register("order_plan", on_dead=plan_died, on_cancelled=plan_died, describe=describe_order)
register("watched_article", describe=describe_article)
register_action_link("order", order_link)
register_action_link("order_trouble", desk_link)
on_address_proven(guests.attach)
register_commission("order", composing.write)
register_promises(promised_links)
on_going_live(watching.look_soon)
register_event(fulfilment.PAID, "An order was paid")
register_holding(personal.HOLDING)
register_panel(panels.TEMPLATE, panels.my_orders)
every_minute(forget_old)
read_lists(settings.TARGET_DENY_FILE)  # a malformed list is refused at start
