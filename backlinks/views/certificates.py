"""The certificate of a live link, for anybody who was given its secret address.

It names no customer, search engines are kept out, and whoever guesses is told there is none.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.markdown.links import SPONSORED_REL
from articles.models import Placement
from articles.placements import broken_links
from backlinks.certificates import readable
from backlinks.certifying import NoSuchCertificate, opened_by
from backlinks.models import LinkCertificate, LinkProof
from backlinks.preview import preview_of
from backlinks.views.doors import public

PROOFS_SHOWN = 20


@public
@never_cache
@require_safe
def certificate(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    found = _opened(number, secret)
    placement = _placement(found)
    order = found.order
    context = {
        "certificate": found,
        "order": order,
        "article": order.article,
        "version": found.version,
        "placement": placement,
        "rel": SPONSORED_REL,
        "preview": preview_of(found.version),
        "checks": readable(found.version.certificate),
        "stands_now": _stands_now(found, placement),
        "published": order.article.published_version,
        "proofs": LinkProof.objects.filter(order=order).order_by("-id")[:PROOFS_SHOWN],
    }
    return _kept_private(render(request, "backlinks/certificate.html", context))


@public
@never_cache
@require_safe
def certified_text(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    """The certified bytes themselves: whoever doubts the hash makes their own."""
    version = _opened(number, secret).version
    response = HttpResponse(version.body.encode(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{version.sha256[:16]}.md"'
    return _kept_private(response)


def _opened(number: str, secret: str) -> LinkCertificate:
    try:
        return opened_by(number, secret)
    except NoSuchCertificate:
        raise Http404("There is no such certificate.") from None


def _placement(certificate: LinkCertificate) -> Placement | None:
    ours = Placement.objects.filter(subject_type="order", subject_id=str(certificate.order_id))
    return ours.order_by("-id").first()


def _stands_now(certificate: LinkCertificate, placement: Placement | None) -> bool:
    """In what readers see at this moment, looked at now."""
    article = certificate.order.article
    published = article.published_version
    if placement is None or placement.ended_at or published is None or article.status != article.Status.PUBLISHED:
        return False
    return not broken_links(published.body, [placement])


def _kept_private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
