"""Ordering a new article: the form in front of the till.

Nothing is sold here that the quote refuses, and nothing is asked of Stripe before the order is kept.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.addresses import client_network
from articles.money import written
from backlinks.article_form import ArticleOrderForm
from backlinks.ordered_articles import LENGTHS, price_of, quote_article
from backlinks.quoting import Quote
from backlinks.views.doors import public
from backlinks.views.ordering import address_of, customer_of
from backlinks.views.taking import take


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def article_form(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, ArticleOrderForm(initial={"email": address_of(request)}))
    form = ArticleOrderForm(request.POST)
    return _order(request, form) if form.is_valid() else _show(request, form, status=422)


def _order(request: HttpRequest, form: ArticleOrderForm) -> HttpResponse:
    def quoting() -> Quote:
        return quote_article(form.wish(), ip=client_network(request), customer=customer_of(request))

    return take(request, form, quoting, _show)


def _show(request: HttpRequest, form: ArticleOrderForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "from_price": written(*price_of(min(LENGTHS)))}
    return render(request, "backlinks/article_form.html", context, status=status)
