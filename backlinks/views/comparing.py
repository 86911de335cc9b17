"""Two versions of an order side by side: an earlier one, and the one its page shows."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.models import ArticleVersion
from backlinks.models import Order
from backlinks.queries import OrderView, view_of
from backlinks.views.answers import back_to
from backlinks.views.candidate import Candidate, candidate_of
from backlinks.views.doors import order_holder


@dataclass(frozen=True)
class Comparison:
    """`newer` and `older` are the versions beside the earlier one in the list, None at its ends."""

    known: OrderView
    earlier: Candidate
    shown: Candidate
    newer: ArticleVersion | None
    older: ArticleVersion | None


@order_holder
@require_safe
def compare(request: HttpRequest, order: Order, version_id: int) -> HttpResponse:
    known = view_of(order)
    if known.version is None or known.version.pk == version_id:
        return back_to(order)
    versions = [version for version in known.candidates if version != known.version]
    places = {version.pk: place for place, version in enumerate(versions)}
    if version_id not in places:
        raise Http404("There is no such version.")
    place = places[version_id]
    comparison = Comparison(
        known=known,
        earlier=candidate_of(versions[place]),
        shown=candidate_of(known.version),
        newer=versions[place - 1] if place else None,
        older=versions[place + 1] if place + 1 < len(versions) else None,
    )
    return render(request, "backlinks/compare.html", {"comparison": comparison, "order": order})
