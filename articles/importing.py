"""Taking in a text that was written elsewhere, byte for byte.

Never decodes by guessing and never touches a byte: what cannot be kept exactly is refused, naming the byte.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from articles.describing import Facts, describe
from articles.markdown import frontmatter
from articles.markdown.blocks import blocks
from articles.models import Article, ArticleVersion
from articles.money import step
from articles.publishing import is_commissioned, publish
from articles.versions import NewVersion, approve, propose, sha256_of
from audit.actors import Actor

DEFAULT_PRICE_MINOR = 4900
DEFAULT_CURRENCY = "usd"


class UnreadableSource(ValueError):
    """The source cannot be kept exactly as text, or under its address; the message says what stands in the way."""


@dataclass(frozen=True)
class Imported:
    article: Article
    version: ArticleVersion
    created: bool  # False when the article has had these very bytes before
    left: tuple[str, ...] = ()  # what the source says otherwise of an article that readers have, and is not so yet


def import_article(*, source_bytes: bytes, actor: Actor, slug: str = "", publishing: bool = False) -> Imported:
    """Keep the bytes as a version of the article `slug` (else the front matter's, else one made of the title).

    Bytes the article has had before change nothing, not even what is live: links may have been sold since. Of an
    article that readers have, what its source says of it holds only with `publishing`.
    Raises UnreadableSource and, with `publishing`, whatever `publish` refuses.
    """
    body = _decoded(source_bytes)
    matter = frontmatter.read(body)
    title = matter.title or _first_heading(body)
    slug = slugify(slug or _text(matter.data, "slug") or title)[:120].strip("-")
    if not slug:
        raise UnreadableSource("The source has neither a title nor a slug to make an address of.")
    with transaction.atomic():
        article = _locked(slug, title or slug)
        if is_commissioned(article):
            raise UnreadableSource(f"slug: somebody ordered the article at “{slug}”. Give this one another slug.")
        known = article.versions.filter(sha256=sha256_of(body)).order_by("number").first()
        if known:
            return Imported(article, known, created=False)
        facts = _facts(article, title, matter)
        is_candidate = article.published_version is not None and not publishing
        left = _differing(facts, Facts.of(article)) if is_candidate else ()
        if not is_candidate:
            article = describe(article=article, facts=facts, actor=actor)
        new = NewVersion(body=body, author_label=f"imported by {actor.label}")
        version = propose(article=article, base=article.published_version, new=new, announced=not publishing)
        if publishing:
            version = _publish(version, actor)
            article.refresh_from_db()
        return Imported(article, version, created=True, left=left)


def _decoded(source: bytes) -> str:
    try:
        body = source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableSource(f"Not UTF-8: {_named(source, error.start)}.") from error
    if (at := source.find(0)) >= 0:
        raise UnreadableSource(f"A NUL cannot be kept: {_named(source, at)}.")
    return body


def _named(source: bytes, at: int) -> str:
    line = source.count(b"\n", 0, at) + 1
    return f"byte 0x{source[at]:02x} at offset {at}, line {line}"


def _first_heading(body: str) -> str:
    heading = next((block.source for block in blocks(body) if block.kind == "heading"), "")
    return re.sub(r"^[#\s]+|[#=\-\s]+$", "", heading)


def _locked(slug: str, title: str) -> Article:
    defaults = {"title": title[:300], "price_minor": DEFAULT_PRICE_MINOR, "currency": DEFAULT_CURRENCY}
    Article.objects.get_or_create(slug=slug, defaults=defaults)
    return Article.objects.select_for_update().get(slug=slug)


def _facts(article: Article, title: str, matter: frontmatter.FrontMatter) -> Facts:
    """What the source says of itself; what it leaves out stays as it is."""
    language = matter.language.lower().replace("_", "-")[:16]
    price, currency = _price_minor(matter.data) or article.price_minor, _currency(matter.data) or article.currency
    if price and price % step(currency):
        raise UnreadableSource(f"price_minor: in {currency} the price must be a multiple of {step(currency)}.")
    return Facts(
        title=title[:300] or article.title,
        description=matter.description or article.description,
        language=language or article.language,
        topic=_text(matter.data, "topic")[:120] or article.topic,
        price_minor=price,
        currency=currency,
    )


def _differing(said: Facts, now: Facts) -> tuple[str, ...]:
    return tuple(name.removesuffix("_minor") for name, value in asdict(said).items() if value != getattr(now, name))


def _currency(data: dict[str, Any]) -> str:
    code = _text(data, "currency").lower()
    if code and not re.fullmatch("[a-z]{3}", code):
        raise UnreadableSource(f"currency: {code!r} is not a code of three letters.")
    return code


def _price_minor(data: dict[str, Any]) -> int | None:
    price = data.get("price_minor")
    if price is None:
        return None
    if not isinstance(price, int) or isinstance(price, bool) or not 0 < price < 100_000_000:
        raise UnreadableSource(f"price_minor: {price!r} is not a whole number of minor units.")
    return price


def _publish(version: ArticleVersion, actor: Actor) -> ArticleVersion:
    approve(version=version, body_sha256=version.sha256, actor=actor)
    return publish(
        version=version,
        body_sha256=version.sha256,
        expected_published_id=version.base_id,
        placement=None,
        actor=actor,
    )


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""
