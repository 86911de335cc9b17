"""What is said of an article: its title and description, its language and topic, the price of a link in it.

Never its text: that changes by a version alone.
"""

from dataclasses import asdict, dataclass
from typing import Self

from django.db import transaction
from django.utils import timezone

from articles.models import Article
from audit.actors import Actor
from audit.recording import record


class AddressIsPublic(Exception):
    """Readers have the address of this article; it does not change."""


class AddressIsTaken(Exception):
    """Another article has this address."""


@dataclass(frozen=True)
class Facts:
    title: str
    description: str
    language: str
    topic: str
    price_minor: int
    currency: str

    @classmethod
    def of(cls, article: Article) -> Self:
        return cls(**{name: getattr(article, name) for name in cls.__dataclass_fields__})


@transaction.atomic
def describe(*, article: Article, facts: Facts, actor: Actor) -> Article:
    """Make `facts` true of the article. An order keeps the price it was quoted."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    was, now = asdict(Facts.of(article)), asdict(facts)
    changed = [name for name in now if now[name] != was[name]]
    if not changed:
        return article
    for name in changed:
        setattr(article, name, now[name])
    article.updated_at = timezone.now()
    article.save(update_fields=[*changed, "updated_at"])
    record(
        actor=actor,
        action="article.described",
        target=("article", str(article.pk)),
        before={name: was[name] for name in changed},
        after={name: now[name] for name in changed},
    )
    return article


@transaction.atomic
def give_address(*, article: Article, slug: str, actor: Actor) -> Article:
    """Another slug for an article that no reader has seen. Raises AddressIsPublic, or AddressIsTaken."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    if article.published_version_id is not None:
        raise AddressIsPublic(article.slug)
    if Article.objects.filter(slug=slug).exclude(pk=article.pk).exists():
        raise AddressIsTaken(slug)
    was, article.slug, article.updated_at = article.slug, slug, timezone.now()
    article.save(update_fields=["slug", "updated_at"])
    record(
        actor=actor,
        action="article.moved",
        target=("article", str(article.pk)),
        before={"slug": was},
        after={"slug": slug},
    )
    return article
