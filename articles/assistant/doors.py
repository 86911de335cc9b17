"""The assistant's page of an article: asking, watching it being written, reading what would change, deciding.

Every write is a POST with a permission of its own; what was decided is in the audit.
"""

from django.contrib.messages import error, success
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from articles.assistant.asking import AlreadyAsked, ask_for
from articles.assistant.deciding import NoSuchChoice, NotProposed, accept, decline
from articles.assistant.form import NEEDED, AskForm
from articles.assistant.showing import card_of, cards
from articles.assistant.work import NothingWritten, text_or_nothing
from articles.describing import AddressIsTaken
from articles.desk.guard import about_an_article
from articles.desk.guard import page as desk_page
from articles.editing import start_of
from articles.markdown.inserting import PlaceNotFound
from articles.models import Article, Suggestion
from articles.publishing import BaseMoved, BreaksPaidLink
from articles.versions import HashMismatch
from audit.actors import Actor
from queues.staff_posts import named, see_other, staff_post

VIEW, ASK, DECIDE = "articles.view_suggestion", "articles.ask_suggestion", "articles.decide_suggestion"
Kind, State = Suggestion.Kind, Suggestion.State
WHY_NOT: dict[type[Exception], str] = {
    NotProposed: "somebody decided about it, or it is not written yet.",
    BaseMoved: "the article has changed since. Ask again, and it is made from what stands there now.",
    HashMismatch: "what it would make has changed since you looked. Look again.",
    PlaceNotFound: "what it refers to is no longer there. Ask again.",
    NoSuchChoice: "choose one of the headlines.",
    AddressIsTaken: "another article has that address by now. Ask again.",
}


@about_an_article(VIEW, "GET", "HEAD")
def page(request: HttpRequest, article: Article) -> HttpResponse:
    return _page(request, article, None)


@about_an_article(ASK, "GET", "HEAD", "POST")
def ask(request: HttpRequest, article: Article) -> HttpResponse:
    """What was refused is shown under this address: whoever comes back to it gets the empty form."""
    if request.method != "POST":
        return page_of(article.pk)
    form = AskForm(article, request.POST)
    if not form.is_valid():
        return _page(request, article, form)
    kind, wish = Kind(form.cleaned_data["kind"]), form.cleaned_data["wish"]
    try:
        ask_for(article=article, kind=kind, wish=wish, actor=Actor.of(request.user))
    except AlreadyAsked:
        error(request, "Nothing was done: it is being written at this moment.")
    except NothingWritten:
        error(request, "Nothing was done: the article has no text that we may work on.")
    else:
        success(request, "It is being written.")
    return page_of(article.pk)


@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """One suggestion, while it is being written."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    card = card_of(_found(pk))
    return render(request, "admin/articles/desk/_suggestion.html", {"card": card, **_may(request)})


named(live, VIEW)


@staff_post(DECIDE)
def accept_it(request: HttpRequest, pk: int) -> HttpResponse:
    suggestion = _found(pk)
    choice = request.POST.get("choice", "0")
    try:
        done = accept(
            suggestion=suggestion,
            choice=int(choice) if choice.isascii() and choice.isdecimal() and len(choice) < 4 else -1,
            seen_sha256=request.POST.get("seen_sha256", ""),
            actor=Actor.of(request.user),
        )
    except BreaksPaidLink as broken:
        error(request, f"Nothing was done: a paid link would not stand as it was bought: {', '.join(broken.hrefs)}.")
    except tuple(WHY_NOT) as refusal:
        error(request, f"Nothing was done: {WHY_NOT[type(refusal)]}")
    else:
        success(request, _done(done))
    return page_of(suggestion.article_id, suggestion.pk)


@staff_post(DECIDE)
def decline_it(request: HttpRequest, pk: int) -> HttpResponse:
    suggestion = _found(pk)
    try:
        decline(suggestion=suggestion, reason=request.POST.get("reason", ""), actor=Actor.of(request.user))
    except NotProposed:
        error(request, f"Nothing was done: {WHY_NOT[NotProposed]}")
    else:
        success(request, "Declined.")
    return page_of(suggestion.article_id, suggestion.pk)


def _page(request: HttpRequest, article: Article, form: AskForm | None) -> HttpResponse:
    brief = getattr(article, "brief", None)
    text, newest = text_or_nothing(article), start_of(article)
    context = {
        "title": f"Assistant: {article.title}",
        "text": text,
        "newer": newest if newest and text and newest.pk != text.pk else None,
        "cards": cards(article),
        "form": form,
        "simple_kinds": [kind for kind in Kind if kind not in NEEDED],
        "keyword": brief.keyword if brief else article.topic,
        **_may(request),
    }
    return desk_page(request, "assistant.html", article, context, status=200 if form is None else 422)


def _done(suggestion: Suggestion) -> str:
    version = suggestion.version
    if version is None:
        return "Accepted: the article says so now."
    if version.article_id != suggestion.article_id:
        return f"Accepted: “{version.article.title}” is a draft of its own now."
    return f"Accepted: version {version.number} is a candidate now. Readers see it once it is approved and published."


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_ask": request.user.has_perm(ASK), "may_decide": request.user.has_perm(DECIDE)}


def _found(pk: int) -> Suggestion:
    return get_object_or_404(Suggestion.objects.select_related("article", "base", "version__article"), pk=pk)


def page_of(article_id: int, suggestion_id: int | None = None) -> HttpResponse:
    response = see_other("admin:articles_desk_assistant", article_id)
    if suggestion_id is not None:
        response["Location"] += f"#suggestion-{suggestion_id}"
    return response
