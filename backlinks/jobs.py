"""What the sale does in the background: writing links, hearing from Stripe, and looking after what is live."""

from uuid import UUID

from articles.models import Article
from backlinks import (
    events,
    fulfilment,
    integration,
    page_reading,
    rechecking,
    refunded,
    refunds,
    reminding,
    scheduling,
    takedown,
    watching,
    weaving,
)
from backlinks.clients import stripe
from backlinks.models import Checkout, Refund
from queues.context import Context
from queues.declare import Payload, Queue, job
from queues.errors import RetryLater

BACKLINK_INTEGRATION = Queue("backlink-integration", pool="ai", concurrency=8, attempts=3)
PAYMENTS = Queue("payments", pool="io", concurrency=4, attempts=5)
LINKS = Queue("links", pool="io", concurrency=2, attempts=5)
MOVES_FOLLOWED = 3


class IntegratePayload(Payload):
    order_id: UUID
    regeneration: int


class EventPayload(Payload):
    event_id: str


class CheckoutPayload(Payload):
    checkout_id: UUID


class RefundPayload(Payload):
    refund_id: int


class TakedownPayload(Payload):
    order_id: UUID
    reason: str = takedown.REASON


class WatchPayload(Payload):
    article_id: int


class PlanPayload(Payload):
    plan_id: int


@job(
    queue=BACKLINK_INTEGRATION,
    name="integrate-backlink",
    payload=IntegratePayload,
    timeout_seconds=300,
    search_keys=("order_id",),
)
def integrate_backlink(ctx: Context, payload: IntegratePayload) -> None:
    """The first time and every regeneration. When the article is republished meanwhile, at once from its new text."""
    try:
        rechecking.before_writing(str(payload.order_id), payload.regeneration)
        for _ in range(MOVES_FOLLOWED):
            proposal = weaving.propose(str(payload.order_id), payload.regeneration, progress=ctx.progress)
            try:
                with ctx.finishing() as outcome:
                    outcome["version_id"] = integration.keep(proposal).pk
                return
            except integration.BaseMoved:
                ctx.checkpoint()
    except integration.NothingToWrite:
        return
    except integration.QualityRefused as refused:
        if refused.best:
            integration.keep_failed(refused.best)
        raise
    raise RetryLater("the article is being republished faster than it can be written for")


@job(queue=PAYMENTS, name="apply-stripe-event", payload=EventPayload, timeout_seconds=120, search_keys=("event_id",))
def apply_stripe_event(ctx: Context, payload: EventPayload) -> None:
    news = events.look_up(payload.event_id)
    with ctx.finishing() as outcome:
        outcome["outcome"] = events.apply(news)


@job(queue=PAYMENTS, name="settle-checkout", payload=CheckoutPayload, timeout_seconds=120, search_keys=("checkout_id",))
def settle_checkout(ctx: Context, payload: CheckoutPayload) -> None:
    session_id = Checkout.objects.get(pk=payload.checkout_id).stripe_session_id
    try:
        session = fulfilment.look_up(session_id) if session_id else None
    except stripe.NoSuchObject:
        session = None
    with ctx.finishing() as outcome:
        if session:
            outcome["outcome"] = fulfilment.settle(session)
        else:
            outcome["outcome"] = fulfilment.settle_lost(payload.checkout_id, session_id)


@job(queue=PAYMENTS, name="reconcile-checkouts", payload=Payload, timeout_seconds=60, every_seconds=60)
def reconcile_checkouts(ctx: Context, payload: Payload) -> None:
    with ctx.finishing() as outcome:
        outcome["checkouts"] = fulfilment.reconcile()


@job(queue=PAYMENTS, name="refund-order", payload=RefundPayload, timeout_seconds=120, search_keys=("refund_id",))
def refund_order(ctx: Context, payload: RefundPayload) -> None:
    told = refunds.ask_stripe(payload.refund_id)
    with ctx.finishing() as outcome:
        outcome["outcome"] = refunded.settle(told) if told else "already_over"


@job(queue=PAYMENTS, name="settle-refund", payload=RefundPayload, timeout_seconds=120, search_keys=("refund_id",))
def settle_refund(ctx: Context, payload: RefundPayload) -> None:
    number = Refund.objects.get(pk=payload.refund_id).stripe_refund_id
    told = stripe.refund(number) if number else None
    with ctx.finishing() as outcome:
        outcome["outcome"] = refunded.settle(told) if told else "not_asked_for"


@job(queue=PAYMENTS, name="reconcile-refunds", payload=Payload, timeout_seconds=60, every_seconds=3600)
def reconcile_refunds(ctx: Context, payload: Payload) -> None:
    with ctx.finishing() as outcome:
        outcome["refunds"] = refunds.reconcile()


@job(queue=PAYMENTS, name="remind-customers", payload=Payload, timeout_seconds=300, every_seconds=3600)
def remind_customers(ctx: Context, payload: Payload) -> None:
    """Each reminder is written in a transaction of its own, so that a run that is cut short loses none."""
    reminded = reminding.remind_waiting()
    with ctx.finishing() as outcome:
        outcome["waiting"] = reminded


@job(queue=PAYMENTS, name="take-link-down", payload=TakedownPayload, timeout_seconds=120, search_keys=("order_id",))
def take_link_down(ctx: Context, payload: TakedownPayload) -> None:
    with ctx.finishing() as outcome:
        outcome["outcome"] = takedown.take_down(payload.order_id, reason=payload.reason)


@job(queue=LINKS, name="watch-due-links", payload=Payload, timeout_seconds=120, every_seconds=3600)
def watch_due_links(ctx: Context, payload: Payload) -> None:
    with ctx.finishing() as outcome:
        outcome["articles"] = watching.look_where_due()


@job(queue=LINKS, name="watch-links", payload=WatchPayload, timeout_seconds=60, search_keys=("article_id",))
def watch_links(ctx: Context, payload: WatchPayload) -> None:
    served = page_reading.read_page(Article.objects.get(pk=payload.article_id))
    with ctx.finishing() as outcome:
        outcome.update(watching.look(payload.article_id, served))


@job(queue=LINKS, name="publish-planned", payload=PlanPayload, timeout_seconds=120, search_keys=("plan_id",))
def publish_planned(ctx: Context, payload: PlanPayload) -> None:
    """Its time has come: the target is visited anew, and what was approved goes live, or staff hear why not."""
    try:
        rechecking.before_approval(scheduling.due(payload.plan_id).order)
        with ctx.finishing() as outcome:
            outcome["outcome"] = scheduling.carry_out(payload.plan_id)
    except scheduling.NotPlanned:
        with ctx.finishing() as outcome:
            outcome["outcome"] = scheduling.overtaken(payload.plan_id)
    except scheduling.STOPS as refusal:
        with ctx.finishing() as outcome:
            outcome["outcome"] = scheduling.stop(payload.plan_id, f"{type(refusal).__name__}: {refusal}")
