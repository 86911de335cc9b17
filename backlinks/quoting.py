"""A quote: what a link would cost, once everything that can be known before money has been checked.

Nobody is ever asked to pay for what cannot be delivered; a refused quote leaves nothing behind.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from uuid import UUID

from django.conf import settings
from django.core.validators import EmailValidator
from django.db import transaction

from accounts.limits import hit
from accounts.models import User
from articles.models import Article
from articles.quality.anchors import anchor_problems
from articles.quality.linkability import Linkability
from backlinks import terms
from backlinks.access import token_for
from backlinks.actors import customer_of
from backlinks.findings import Verdict, keep
from backlinks.models import Order, OrderStatus, Product, TargetStage
from backlinks.moves import remember
from backlinks.slots import room_in
from backlinks.targets import read_target
from backlinks.vetting import vet_for_anyone

public_email = EmailValidator(allowlist=())  # Django's own lets user@localhost pass, which no payment page takes
QUOTES_PER_MINUTE = 20
LONGEST_NOTES = 500


@dataclass(frozen=True)
class LinkWish:
    """The link a customer would like, wherever it stands."""

    target_url: str
    anchor_text: str
    email: str
    customer_notes: str = ""


@dataclass(frozen=True)
class Wish(LinkWish):
    """What a customer would like to buy: a link in a published article."""

    article_id: int = 0


@dataclass(frozen=True)
class Reason:
    """Why something is refused: a code for programs, words for people."""

    code: str
    message: str


@dataclass(frozen=True)
class Check:
    check: str
    passed: bool
    message: str


@dataclass(frozen=True)
class Quote:
    order: Order
    access_token: str
    checks: list[Check]


class NoSuchArticle(Exception):
    """There is no published article of this id."""


class QuoteRefused(Exception):
    """Well-formed, and not for sale; `reasons` say why. Nothing was written."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


def quote(wish: Wish, *, ip: str, customer: User | None = None, instead_of: Collection[UUID] = ()) -> Quote:
    """Check everything, the target's page last, and write the order. Raises TooMany, NoSuchArticle or QuoteRefused.

    The slots of the unpaid orders it comes `instead_of` count as free.
    """
    hit("quote", ip, QUOTES_PER_MINUTE, 60)
    article = Article.objects.published().select_related("published_version").filter(pk=wish.article_id).first()
    if article is None:
        raise NoSuchArticle(wish.article_id)
    room = room_in(article, target_url=wish.target_url, besides=instead_of)
    reasons = [*problems_of(wish, language=article.language)]
    if not room.linkable:
        reasons.append(Reason(room.code, room.message))
    if reasons:
        raise QuoteRefused(reasons)
    verdict = vet_for_anyone(wish.target_url)
    if not verdict.is_safe:
        raise QuoteRefused([Reason(finding.check, finding.message) for finding in verdict.blocking])
    checks = _report(room, verdict)
    with transaction.atomic():
        order = _write(wish, article, customer, checks)
        keep(verdict, order=order, stage=TargetStage.QUOTE)
    return Quote(order, token_for(order), checks)


def problems_of(wish: LinkWish, *, language: str) -> Iterator[Reason]:
    """What is wrong with the link itself, whatever it is to stand in; syntax only."""
    for problem in read_target(wish.target_url, allow_http=settings.TARGET_ALLOW_HTTP).problems:
        yield Reason(f"target_{problem.code}", problem.message)
    for flaw in anchor_problems(wish.anchor_text, language=language):
        yield Reason(f"anchor_{flaw.code}", flaw.message)
    if len(wish.customer_notes) > LONGEST_NOTES:
        yield Reason("notes_too_long", f"Keep the notes to {LONGEST_NOTES} characters.")


def _report(room: Linkability, verdict: Verdict) -> list[Check]:
    return [
        *(Check(finding.check, finding.passed, finding.message) for finding in verdict.findings),
        Check("anchor_text", True, "The words fit the article's language and our rules for links."),
        Check("article_has_room", True, room.message),
        Check("target_is_new_here", True, "The article does not link to this website yet."),
    ]


def _write(wish: Wish, article: Article, customer: User | None, checks: list[Check]) -> Order:
    assert article.published_version is not None  # a constraint: published articles have one
    order = Order.objects.create(
        article=article,
        quoted_version=article.published_version,
        target_url=wish.target_url,
        anchor_text=wish.anchor_text,
        customer_notes=wish.customer_notes,
        email=wish.email,
        customer=customer,
        price_minor=article.price_minor,
        currency=article.currency,
        checks=[asdict(check) for check in checks],
        terms=terms.current(Product.BACKLINK),
    )
    remember(order, "", OrderStatus.AWAITING_PAYMENT, customer_of(order))
    return order
