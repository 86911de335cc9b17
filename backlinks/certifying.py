"""The certificate of a live link: issued when it goes live, read by whoever has its secret address.

It names no customer, and tells nobody who guesses whether a number exists.
"""

import secrets
from datetime import datetime
from hmac import compare_digest

from django.conf import settings
from django.urls import reverse

from articles.models import ArticleVersion
from backlinks.models import LinkCertificate, Order

NUMBER_BYTES, SECRET_BYTES = 8, 24
NOBODYS = secrets.token_urlsafe(SECRET_BYTES)  # compared with when there is no such number: the same work


class NoSuchCertificate(Exception):
    """There is none, or this is not its secret: the answer is the same."""


def issue(order: Order, version: ArticleVersion, *, live_since: datetime) -> LinkCertificate:
    """In the transaction in which the link goes live; the guarantee is promised here."""
    return LinkCertificate.objects.create(
        order=order,
        version=version,
        number=secrets.token_hex(NUMBER_BYTES),
        secret=secrets.token_urlsafe(SECRET_BYTES),
        issued_at=live_since,
        guaranteed_until=months_after(live_since, settings.GUARANTEE_MONTHS),
    )


def opened_by(number: str, secret: str) -> LinkCertificate:
    """Raises NoSuchCertificate."""
    found = LinkCertificate.objects.select_related("order__article__published_version", "version__base")
    certificate = found.filter(number=number).first()
    if not compare_digest(secret.encode(), (certificate.secret if certificate else NOBODYS).encode()):
        raise NoSuchCertificate(number)
    assert certificate is not None  # NOBODYS opens nothing: nobody was ever told it
    return certificate


def address_of(certificate: LinkCertificate) -> str:
    return f"{settings.SITE_URL}{reverse('backlinks:certificate', args=[certificate.number, certificate.secret])}"


def months_after(at: datetime, months: int) -> datetime:
    """The same day and time so many months later, or that month's last day."""
    number = at.year * 12 + at.month - 1 + months
    year, month = divmod(number, 12)
    for day in range(at.day, at.day - 4, -1):
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError(at)
