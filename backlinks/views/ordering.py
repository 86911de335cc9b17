"""Ordering a link: the form in front of the till.

Nothing is sold here that the quote refuses, and nothing is asked of Stripe before the order is kept.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.addresses import client_network
from accounts.limits import TooMany, hit
from accounts.models import User
from accounts.roles import Role
from articles.models import Article
from articles.queries import Search, article_by_slug, catalogue_page
from backlinks.basket import put_aside_among
from backlinks.checkout import give_way
from backlinks.forms import CHECKED_WHILE_TYPING, OrderForm
from backlinks.known_orders import all_known
from backlinks.queries import unpaid_among
from backlinks.quoting import NoSuchArticle, Quote, quote
from backlinks.slots import room_in
from backlinks.views.doors import public
from backlinks.views.taking import take, with_retry_after

CHECKS_PER_MINUTE = 120
OTHERS = 3


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order_form(request: HttpRequest, slug: str) -> HttpResponse:
    article = _article(slug)
    if request.method != "POST":
        return _show_empty(request, article)
    form = OrderForm(request.POST, article=article)
    return _order(request, form) if form.is_valid() else _show(request, form, status=422)


def _order(request: HttpRequest, form: OrderForm) -> HttpResponse:
    """Whoever orders the same article again gives up the checkout they had not paid: a visitor holds one slot of it."""
    begun = [order.pk for order in unpaid_among(all_known(request), article=form.article)]

    def quoting() -> Quote:
        quoted = quote(form.wish(), ip=client_network(request), customer=customer_of(request), instead_of=begun)
        give_way(begun)
        return quoted

    try:
        return take(request, form, quoting, _show)
    except NoSuchArticle as error:
        raise Http404("There is no such article.") from error


@public
@require_POST
def check_while_typing(request: HttpRequest, slug: str) -> HttpResponse:
    """What is wrong with the one field that was just left or typed in; its syntax only, nothing is looked up."""
    article = _article(slug)
    try:
        hit("link-check", client_network(request), CHECKS_PER_MINUTE, 60)
    except TooMany as error:
        return with_retry_after(HttpResponse(status=429), error)
    name = next((name for name in CHECKED_WHILE_TYPING if request.POST.get(name)), None)
    if name is None:
        return HttpResponse("")
    errors = OrderForm(request.POST, article=article).errors.get(name)
    return render(request, "backlinks/_errors.html", {"errors": errors})


def _article(slug: str) -> Article:
    try:
        return article_by_slug(slug)
    except Article.DoesNotExist as error:
        raise Http404("There is no such article.") from error


def customer_of(request: HttpRequest) -> User | None:
    """The signed-in customer; staff who try the form buy as anybody would."""
    user = request.user
    return user if isinstance(user, User) and user.role == Role.CUSTOMER else None


def _show_empty(request: HttpRequest, article: Article) -> HttpResponse:
    begun = unpaid_among(all_known(request), article=article)
    room = room_in(article, target_url="", besides=[order.pk for order in begun])
    if not room.linkable:
        return _show_no_room(request, article, room.message)
    return _show(request, OrderForm(initial={"email": address_of(request)}, article=article))


def address_of(request: HttpRequest) -> str:
    """Of whoever is signed in, or of the link put aside last."""
    if isinstance(request.user, User):
        return request.user.email
    newest = put_aside_among(all_known(request)).order_by("-basket_item__added_at").first()
    return newest.email if newest else ""


def _show(request: HttpRequest, form: OrderForm, status: int = 200) -> HttpResponse:
    article = form.article
    begun = unpaid_among(all_known(request), article=article)
    context = {"article": article, "form": form, "begun": begun}
    return render(request, "backlinks/order_form.html", context, status=status)


def _show_no_room(request: HttpRequest, article: Article, why: str) -> HttpResponse:
    same_language, newest = catalogue_page(Search(language=article.language)), catalogue_page(Search())
    candidates = dict.fromkeys([*same_language.articles, *newest.articles])
    others = [other for other in candidates if other.linkable and other != article]
    begun = unpaid_among(all_known(request), article=article)
    context = {"article": article, "why": why, "others": others[:OTHERS], "begun": begun}
    return render(request, "backlinks/no_room.html", context)
