"""Taking pictures in and giving them out.

Never as they came: each is decoded and written anew, so that nothing but the picture is left (no place where it was
taken, no script, no second file behind it).
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from articles.image import KEY_LENGTH, Image
from articles.models import ArticleVersion
from audit.actors import Actor
from audit.recording import record
from queues.on_demand import OnDemand

if TYPE_CHECKING:
    from articles import decoding
else:
    decoding = OnDemand("articles.decoding")  # Pillow: 4 MiB, and only where a picture comes in

MOST_BYTES = 5_000_000  # of what is sent


class NotAPicture(ValueError):
    """It cannot be taken in; the message says why and what to send instead."""


class StillShown(Exception):
    """Texts show it; `versions` are some of them."""

    def __init__(self, versions: list[ArticleVersion]) -> None:
        super().__init__(f"shown by {len(versions)} texts")
        self.versions = versions


@dataclass(frozen=True)
class Decoded:
    """A picture written anew; `width` and `height` in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


@transaction.atomic
def keep_image(*, decoded: Decoded, name: str, alt: str, actor: Actor) -> Image:
    """One that is there already is given back as it is."""
    sha256 = hashlib.sha256(decoded.content).hexdigest()
    if known := Image.objects.filter(sha256=sha256).first():
        return known
    image = Image.objects.create(
        sha256=sha256,
        name=slugify(name)[:80].strip("-") or "picture",
        alt=alt,
        size=len(decoded.content),
        **asdict(decoded),
        kept_by_label=actor.label,
    )
    record(actor=actor, action="image.kept", target=("image", str(image.pk)), after={"sha256": sha256, "alt": alt})
    return image


@transaction.atomic
def forget_image(*, image: Image, actor: Actor) -> None:
    """Raises StillShown as long as any text that is live, was live or may become so shows it."""
    image = Image.objects.select_for_update().get(pk=image.pk)
    if versions := list(shown_by(image)[:20]):
        raise StillShown(versions)
    record(actor=actor, action="image.forgotten", target=("image", str(image.pk)), before={"sha256": image.sha256})
    image.delete()


def shown_by(image: Image) -> QuerySet[ArticleVersion]:
    """The texts that show it, newest first. Reads every text: some seconds with very many."""
    versions = ArticleVersion.objects.filter(body__contains=f"/images/{image.sha256[:KEY_LENGTH]}/")
    return versions.select_related("article").defer("body").order_by("-pk")


def decode(source: bytes) -> Decoded:
    """Raises NotAPicture."""
    if len(source) > MOST_BYTES:
        raise NotAPicture(f"It has {len(source):,} bytes; at most {MOST_BYTES:,} are taken. Make it smaller.")
    return decoding.decoded(source)
