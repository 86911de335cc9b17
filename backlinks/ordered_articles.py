"""The second product: a new article, written from a customer's brief, that carries their link. From quote to end.

What the customer says of the article is data: a subject, a keyword, points, material. Words that speak to a writing
machine are refused before money, and the battery looks for them again in what was written.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.db import transaction

from accounts.limits import hit
from accounts.models import User
from articles.commissioning import Wanted, commission, shelve
from articles.money import step
from articles.quality.density import WORDS_PER_PAID_LINK
from articles.quality.draft_rules import LEAST_LENGTH, addressed_to_a_machine
from articles.quality.scripts import hidden_characters
from backlinks import terms
from backlinks.access import token_for
from backlinks.actors import customer_of
from backlinks.findings import Verdict, keep
from backlinks.models import Order, OrderStatus, Product, TargetStage
from backlinks.moves import remember
from backlinks.quoting import QUOTES_PER_MINUTE, Check, LinkWish, Quote, QuoteRefused, Reason, problems_of
from backlinks.vetting import vet_for_anyone

LENGTHS = (600, 900, 1200)
SHORTEST_TOPIC, LONGEST_TOPIC, LONGEST_KEYWORD = 10, 110, 60
FEWEST_POINTS, MOST_POINTS, LONGEST_POINT = 2, 8, 120
LONGEST_MATERIAL = 20_000
NO_MARKUP = "Write plain words only: no addresses, no HTML and no formatting."
NO_ORDERS = (
    "“{}” speaks to the writer. Say what the article is about: a brief is read as a list of subjects, "
    "never as instructions."
)

assert min(LENGTHS) * LEAST_LENGTH >= 100 * WORDS_PER_PAID_LINK  # the shortest that passes has room for a link


@dataclass(frozen=True)
class ArticleWish(LinkWish):
    """An article a customer would like to buy, and the link in it. `material` are texts it may draw on."""

    topic: str = ""
    keyword: str = ""
    points: list[str] = field(default_factory=list)
    material: str = ""
    language: str = "en"
    words: int = LENGTHS[0]

    def wanted(self) -> Wanted:
        sources = [self.material] if self.material.strip() else []
        return Wanted(
            topic=self.topic,
            keyword=self.keyword,
            points=self.points,
            words=self.words,
            language=self.language,
            sources=sources,
        )


def price_of(words: int) -> tuple[int, str]:
    """In minor units, and the currency: by the length, from the price of the shortest."""
    currency = settings.NEW_ARTICLE_CURRENCY
    minor = settings.NEW_ARTICLE_PRICE_MINOR * words // min(LENGTHS)
    return max(step(currency), minor - minor % step(currency)), currency


def quote_article(wish: ArticleWish, *, ip: str, customer: User | None = None) -> Quote:
    """Check everything, the target's page last, and write the order. Raises TooMany or QuoteRefused."""
    hit("quote", ip, QUOTES_PER_MINUTE, 60)
    if reasons := [*brief_problems(wish), *problems_of(wish, language=wish.language)]:
        raise QuoteRefused(reasons)
    verdict = vet_for_anyone(wish.target_url)
    if not verdict.is_safe:
        raise QuoteRefused([Reason(finding.check, finding.message) for finding in verdict.blocking])
    checks = _report(verdict)
    with transaction.atomic():
        order = _write(wish, customer, checks)
        keep(verdict, order=order, stage=TargetStage.QUOTE)
    return Quote(order, token_for(order), checks)


def brief_problems(wish: ArticleWish) -> Iterator[Reason]:
    """What is wrong with the brief, each named for its field."""
    if not SHORTEST_TOPIC <= len(wish.topic) <= LONGEST_TOPIC:
        yield Reason("topic_length", f"Name the subject in {SHORTEST_TOPIC} to {LONGEST_TOPIC} characters.")
    if not 0 < len(wish.keyword) <= LONGEST_KEYWORD:
        yield Reason("keyword_length", f"Give a keyword of at most {LONGEST_KEYWORD} characters.")
    if not FEWEST_POINTS <= len(wish.points) <= MOST_POINTS:
        yield Reason("points_count", f"Give {FEWEST_POINTS} to {MOST_POINTS} points, each on a line of its own.")
    if len({point.casefold() for point in wish.points}) < len(wish.points):
        yield Reason("points_twice", "Say each point once.")
    if any(len(point) > LONGEST_POINT for point in wish.points):
        yield Reason("points_length", f"Keep each point to {LONGEST_POINT} characters.")
    if len(wish.material) > LONGEST_MATERIAL:
        yield Reason("material_length", f"Keep the material to {LONGEST_MATERIAL:,} characters.")
    if wish.words not in LENGTHS:
        yield Reason("words_unknown", "Choose one of the lengths.")
    for name, text in (("topic", wish.topic), ("keyword", wish.keyword), ("points", "\n".join(wish.points))):
        if _is_marked_up(text):
            yield Reason(f"{name}_markup", NO_MARKUP)
    for name in ("topic", "keyword", "points", "material"):
        given = getattr(wish, name)
        text = "\n".join(given) if isinstance(given, list) else given
        if found := addressed_to_a_machine(text):
            yield Reason(f"{name}_instructs", NO_ORDERS.format(found[0][:60]))
        if hidden_characters(text):
            yield Reason(f"{name}_hidden", "It holds characters nobody can see. Please type it anew.")


def _is_marked_up(text: str) -> bool:
    return any(sign in text for sign in ("<", ">", "[", "]", "{", "}", "`", "|", "*", "#", "://", "www.", "_"))


def _report(verdict: Verdict) -> list[Check]:
    return [
        *(Check(finding.check, finding.passed, finding.message) for finding in verdict.findings),
        Check("anchor_text", True, "The words fit the article's language and our rules for links."),
        Check("brief", True, "The brief says what the article is about."),
    ]


def _write(wish: ArticleWish, customer: User | None, checks: list[Check]) -> Order:
    price, currency = price_of(wish.words)
    order = Order(
        product=Product.ARTICLE,
        target_url=wish.target_url,
        anchor_text=wish.anchor_text,
        customer_notes=wish.customer_notes,
        email=wish.email,
        customer=customer,
        price_minor=price,
        currency=currency,
        checks=[asdict(check) for check in checks],
        terms=terms.current(Product.ARTICLE),
    )
    brief = commission(wanted=wish.wanted(), asked_by=wish.email, subject=("order", str(order.pk)))
    shelve(brief.article)
    order.article = brief.article
    order.save(force_insert=True)
    remember(order, "", OrderStatus.AWAITING_PAYMENT, customer_of(order))
    return order
