"""What each email to a customer says: one function per email, called in the transaction of what it tells of.

No access link and no token ever goes into a context: contexts are stored, links are made when the email leaves.
"""

from django.conf import settings

from accounts.limits import TooMany, hit
from accounts.personal.pseudonyms import is_pseudonym
from articles.models import ArticleVersion, Placement
from articles.money import written
from backlinks.alerts import Trouble
from backlinks.certificates import readable
from backlinks.models import Checkout, CheckoutStatus, GuaranteeClaim, LinkLoss, Order, OrderEvent, Refund
from backlinks.preview import preview_of
from mail.sending import send_email, send_to_desk, send_to_owners

Facts = dict[str, object]
UNPAID_A_DAY, DAY_SECONDS = 3, 86_400


def request_received(order: Order) -> None:
    _send("request_received", order, str(order.pk), {**_link(order), **_place(order), **_price(order)})


def payment_failed(order: Order, checkout: Checkout) -> None:
    """Nobody paid in time, or the payment did not arrive: with a way back, once for each try.

    Anybody may have typed the address: it says nothing that they wrote, and comes a few times a day at most.
    """
    if order.customer_id is None:
        try:
            hit("unpaid", order.email.lower(), UNPAID_A_DAY, DAY_SECONDS)
        except TooMany:
            return
    expired = checkout.status == CheckoutStatus.EXPIRED
    _send("payment_failed", order, str(checkout.pk), {**_price(order), "expired": expired})


def version_ready(order: Order, version: ArticleVersion) -> None:
    """The first one, or a revision; of a new article, the whole."""
    if order.is_for_article:
        facts = {"description": order.article.description, "again": order.regeneration_count > 0}
        _send("ordered_article_ready", order, str(version.pk), {**_link(order), **facts, **_checks(version)})
        return
    kind = "revision_ready" if order.regeneration_count else "backlink_integrated"
    preview = preview_of(version)
    readable = {"before": preview.readable_before, "after": preview.readable_after}
    change = {**readable, "article_language": order.article.language}
    _send(kind, order, str(version.pk), {**_link(order), **change, **_checks(version)})


def reminder(order: Order, *, waiting_since: OrderEvent, step: int, days: int) -> None:
    """A version has waited for its customer for `days`: once for each wait and step of REVIEW_REMINDER_DAYS."""
    _send("reminder", order, f"{waiting_since.pk}.{step}", {**_link(order), "days": days})


def submitted(order: Order, version: ArticleVersion) -> None:
    """To the customer, and to every address of DESK_EMAILS that there is something to decide."""
    _send("submitted", order, str(version.pk), {})
    send_to_desk(
        kind="new_submission",
        subject=("order_trouble", str(order.pk)),
        cause=str(version.pk),
        context={**_about(order), **_link(order), **_price(order)},
    )


def base_moved(order: Order, version: ArticleVersion) -> None:
    _send("base_moved", order, str(version.pk), {})


def changes_requested(order: Order, version: ArticleVersion, reason: str) -> None:
    _send("changes_requested", order, str(version.pk), {"reason": reason})


def article_live(order: Order, version: ArticleVersion) -> None:
    _send("article_live", order, str(version.pk), {**_link(order), **_place(order), **_checks(version)})


def order_failed(order: Order, *, refund_started: bool) -> None:
    """Once for each regeneration that came to nothing, however often it was replayed."""
    _send("order_failed", order, str(order.regeneration_count), {**_price(order), "refund": refund_started})


def refunded(order: Order, refund: Refund) -> None:
    """Once Stripe says so."""
    live = Placement.objects.live().filter(subject_type="order", subject_id=str(order.pk)).exists()
    facts = {"price": written(refund.amount_minor, order.currency), "was_live": live, "keeps_link": refund.keeps_link}
    _send("refunded", order, f"{refund.pk}.{refund.attempt}", facts)


def link_lost(order: Order, loss: LinkLoss) -> None:
    """It could not be put back by itself: our staff see to it."""
    _send("link_lost", order, str(loss.pk), _link(order))


def link_restored(order: Order, loss: LinkLoss) -> None:
    _send("link_restored", order, str(loss.pk), {**_link(order), **_place(order), "was_told": loss.told_at is not None})


def claim_refused(order: Order, claim: GuaranteeClaim) -> None:
    _send("claim_refused", order, str(claim.pk), {"reason": claim.reason})


def to_staff(trouble: Trouble, order: Order, *, cause: str, message: str) -> None:
    """To every address of ALERT_EMAILS, once for each cause."""
    send_to_owners(
        kind="order_trouble",
        subject=("order_trouble", str(order.pk)),
        cause=f"{trouble}:{cause}",
        context={"trouble": trouble.label, "message": message, **_about(order), **_price(order)},
    )


def _send(kind: str, order: Order, cause: str, facts: Facts) -> None:
    if is_pseudonym(order.email):  # whoever it was has been erased
        return
    send_email(
        kind=kind,
        to=order.email,
        subject=("order", str(order.pk)),
        cause=cause,
        context={**_about(order), **facts},
    )


def _about(order: Order) -> Facts:
    about: Facts = {"order_ref": order.reference, "article_title": order.article.title}
    return {**about, "new_article": True} if order.is_for_article else about


def _link(order: Order) -> Facts:
    return {"target_url": order.target_url, "anchor_text": order.anchor_text}


def _place(order: Order) -> Facts:
    return {"article_url": f"{settings.SITE_URL}/articles/{order.article.slug}/"}


def _price(order: Order) -> Facts:
    return {"price": written(order.price_minor, order.currency)}


def _checks(version: ArticleVersion) -> Facts:
    return {"checks": [row.to_json() for row in readable(version.certificate)]}
