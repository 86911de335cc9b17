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
from articles.queries import article_by_slug, catalogue_page
from backlinks.forms import CHECKED_WHILE_TYPING, OrderForm
from backlinks.known_orders import known_ids, remember
from backlinks.queries import unpaid_among
from backlinks.quoting import NoSuchArticle, QuoteRefused, quote
from backlinks.slots import room_in
from backlinks.views.doors import public
from backlinks.views.paying import to_the_till

CHECKS_PER_MINUTE = 120
OTHERS = 3
TOO_MANY = "Too many orders in a short time from your connection. Nothing was ordered: please try again in a minute."


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def order_form(request: HttpRequest, slug: str) -> HttpResponse:
    article = _article(slug)
    if request.method != "POST":
        return _show_empty(request, article)
    form = OrderForm(request.POST, article=article)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        quoted = quote(form.wish(), ip=client_network(request), customer=_customer(request))
    except QuoteRefused as refusal:
        form.refuse(refusal.reasons)
        return _show(request, form, status=422)
    except NoSuchArticle as error:
        raise Http404("There is no such article.") from error
    except TooMany as error:
        form.add_error(None, TOO_MANY)
        return _with_retry_after(_show(request, form, status=429), error)
    remember(request, quoted.order)
    return to_the_till(request, quoted.order)


@public
@require_POST
def check_while_typing(request: HttpRequest, slug: str) -> HttpResponse:
    """What is wrong with the one field that was just left or typed in; its syntax only, nothing is looked up."""
    article = _article(slug)
    try:
        hit("link-check", client_network(request), CHECKS_PER_MINUTE, 60)
    except TooMany as error:
        return _with_retry_after(HttpResponse(status=429), error)
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


def _customer(request: HttpRequest) -> User | None:
    """The signed-in customer; staff who try the form buy as anybody would."""
    user = request.user
    return user if isinstance(user, User) and user.role == Role.CUSTOMER else None


def _with_retry_after(response: HttpResponse, error: TooMany) -> HttpResponse:
    response["Retry-After"] = str(error.retry_after)
    return response


def _show_empty(request: HttpRequest, article: Article) -> HttpResponse:
    room = room_in(article, target_url="")
    if not room.linkable:
        return _show_no_room(request, article, room.message)
    initial = {"email": request.user.email} if isinstance(request.user, User) else {}
    return _show(request, OrderForm(initial=initial, article=article))


def _show(request: HttpRequest, form: OrderForm, status: int = 200) -> HttpResponse:
    article = form.article
    context = {"article": article, "form": form, "begun": unpaid_among(known_ids(request), article=article)}
    return render(request, "backlinks/order_form.html", context, status=status)


def _show_no_room(request: HttpRequest, article: Article, why: str) -> HttpResponse:
    same_language, newest = catalogue_page(language=article.language), catalogue_page()
    candidates = dict.fromkeys([*same_language.articles, *newest.articles])
    others = [other for other in candidates if other.linkable and other != article]
    begun = unpaid_among(known_ids(request), article=article)
    context = {"article": article, "why": why, "others": others[:OTHERS], "begun": begun}
    return render(request, "backlinks/no_room.html", context)
