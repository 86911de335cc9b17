"""Asking for a new article: the brief is kept with an empty, unpublished article, and its writing is enqueued.

What an article is written for beyond the publication itself (an order) is a commission: the room above registers who
writes it, and this room knows nothing else of it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from articles.importing import DEFAULT_CURRENCY, DEFAULT_PRICE_MINOR
from articles.models import Article, ArticleVersion, Brief, Tone
from audit.actors import Actor
from audit.recording import record
from queues.context import Context
from queues.enqueue import Enqueued, enqueue
from queues.queries import live_job_of

JOB = "generate-article"
SUBJECT = "brief"
LONGEST_SLUG = 70  # and a number behind it; see articles.seo
SHELVED = "shelved-"

Made = TypeVar("Made")
Writer = Callable[[Context, Brief, int], None]
_writers = dict[str, Writer]()


class AlreadyWriting(Exception):
    """A job for this brief is under way."""


class AlreadyPublished(Exception):
    """The article is live: what changes it now is an edit."""


@dataclass(frozen=True)
class Wanted:
    """What an article shall be about. `sources` are texts it may draw on, `words` how long it shall be."""

    topic: str
    keyword: str
    points: list[str]
    words: int
    language: str = "en"
    niche: str = ""
    tone: Tone = Tone.NEUTRAL
    sources: list[str] = field(default_factory=list)


def register_commission(subject_type: str, writer: Writer) -> None:
    """`writer(ctx, brief, regeneration)` writes articles for this type of subject; a second one is a mistake."""
    if subject_type in _writers:
        raise ValueError(f"commissions of {subject_type} are registered twice")
    _writers[subject_type] = writer


def writer_of(brief: Brief) -> Writer:
    """Raises LookupError when nobody writes for what the brief is for."""
    return _writers[brief.subject_type]


@transaction.atomic
def commission(*, wanted: Wanted, asked_by: str, email: str = "", subject: tuple[str, str] = ("", "")) -> Brief:
    """Keep the brief and the article it will become. Nothing is written yet: see `begin`."""
    article = empty_article(title=wanted.topic, topic=wanted.niche, language=wanted.language)
    return Brief.objects.create(
        article=article,
        topic=wanted.topic,
        niche=wanted.niche,
        keyword=wanted.keyword,
        points=wanted.points,
        sources=wanted.sources,
        language=wanted.language,
        words=wanted.words,
        tone=wanted.tone,
        email=email,
        asked_by_label=asked_by,
        subject_type=subject[0],
        subject_id=subject[1],
    )


@transaction.atomic
def order_article(*, wanted: Wanted, actor: Actor, email: str) -> Brief:
    """A member of staff asks for an article, and it is written at once."""
    brief = commission(wanted=wanted, asked_by=actor.label, email=email)
    begin(brief, once=f"brief:{brief.pk}")
    record(actor=actor, action="brief.asked", target=("brief", str(brief.pk)), after={"topic": brief.topic})
    return brief


@transaction.atomic
def write_again(*, brief: Brief, actor: Actor) -> Enqueued:
    """Have another draft written from the same brief. Raises AlreadyWriting or AlreadyPublished."""
    brief = Brief.objects.select_for_update(of=("self",)).select_related("article").get(pk=brief.pk)
    if brief.article.published_version_id is not None:
        raise AlreadyPublished(f"article {brief.article_id}")
    if live_job_of(SUBJECT, str(brief.pk)):
        raise AlreadyWriting(f"brief {brief.pk}")
    enqueued = begin(brief)
    record(actor=actor, action="brief.asked_again", target=("brief", str(brief.pk)))
    return enqueued


def begin(brief: Brief, *, once: str | None = None) -> Enqueued:
    """Enqueue the writing for the publication itself, in the caller's transaction; never beside a live job."""
    drafts = ArticleVersion.objects.filter(subject_type=SUBJECT, subject_id=str(brief.pk)).count()
    payload = {"brief_id": brief.pk, "regeneration": drafts}
    return enqueue(JOB, payload, subject=(SUBJECT, str(brief.pk)), key=f"brief:{brief.pk}", once=once)


def empty_article(*, title: str, topic: str, language: str) -> Article:
    facts = {"title": title, "topic": topic, "language": language}
    price = {"price_minor": DEFAULT_PRICE_MINOR, "currency": DEFAULT_CURRENCY}
    return _named(title, lambda slug: Article.objects.create(slug=slug, **facts, **price))


@transaction.atomic
def shelve(article: Article) -> None:
    """Not paid for yet, or paid back before it was ever live: it is put away where no reader comes, at an address that
    nobody wants for an article of their own.
    """
    unpublished = Article.objects.filter(pk=article.pk, published_version=None)
    unpublished.update(status=Article.Status.ARCHIVED, slug=f"{SHELVED}{uuid4().hex}")
    article.refresh_from_db(fields=["status", "slug"])


@transaction.atomic
def take_up(article: Article) -> None:
    """Paid for: it stands among the desk's drafts, at the address that its title asks for."""
    unpublished = Article.objects.filter(pk=article.pk, published_version=None)
    unpublished.update(status=Article.Status.DRAFT)
    if unpublished.filter(slug__startswith=SHELVED).exists():
        _named(article.title, lambda slug: unpublished.update(slug=slug))
    article.refresh_from_db(fields=["status", "slug"])


def _named(title: str, keep: Callable[[str], Made]) -> Made:
    """Two of one title at once: whoever comes second takes the next number."""
    while True:
        slug = _free_slug(title)
        with suppress(IntegrityError), transaction.atomic():
            return keep(slug)
        if not Article.objects.filter(slug=slug).exists():
            raise AssertionError(f"no article can be made for {slug}")


def _free_slug(topic: str) -> str:
    """From the topic, with a number behind it where another article has it."""
    wished = slugify(topic)[:LONGEST_SLUG].strip("-") or "article"
    taken = set(Article.objects.filter(slug__startswith=wished).values_list("slug", flat=True))
    number, slug = 1, wished
    while slug in taken:
        number += 1
        slug = f"{wished}-{number}"
    return slug
