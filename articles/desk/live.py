"""Making a text what readers see, after reading what that changes; and bringing an earlier one back."""

from django.contrib.messages import error, info, success
from django.http import HttpRequest, HttpResponse

from articles import editing
from articles.comparing import compare
from articles.desk.guard import CHANGE, PUBLISH, about_an_article, page, to, version_of
from articles.editing import NeverLive, NothingChanged, bring_back, put_live
from articles.models import Article, ArticleVersion, QualityReport
from articles.placements import broken_links, live_placements
from articles.publishing import BaseMoved, BreaksPaidLink, HashMismatch, IsCommissioned, NotApproved, RevivesPaidLink
from articles.versions import IllegalMove
from audit.actors import Actor

COMMISSIONED = (
    "this article was ordered, and its customer's text goes live first. It is decided about on its order's page."
)
UNREAD = "Nothing was published. Tick that you have read what changes, then publish it."
WHY_NOT: dict[type[Exception], str] = {
    BaseMoved: "another text went live since this one was written. Carry its changes over, and read them again.",
    HashMismatch: "this is another text than the one you read.",
    NotApproved: "this version cannot go live any more.",
    IllegalMove: "this version cannot go live any more.",
    NothingChanged: "this is the very text that is live.",
    IsCommissioned: COMMISSIONED,
    NeverLive: "that text was never live.",
}


@about_an_article(PUBLISH, "GET", "HEAD", "POST", step_up=True)
def publishing(request: HttpRequest, article: Article) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    version = version_of(article, asked.get("version", ""))
    if request.method == "POST":
        return _publish(request, version)
    live = article.published_version
    context = {
        "title": f"Publish: {article.title}",
        "version": version,
        "live": live,
        "base_moved": version.base_id != article.published_version_id,
        "comparison": compare(live.body if live else "", version.body),
        "broken": broken_links(version.body, live_placements(article)),
        "report": QualityReport.objects.filter(version=version).order_by("-pk").first(),
    }
    return page(request, "publish.html", article, context)


def _publish(request: HttpRequest, version: ArticleVersion) -> HttpResponse:
    article, again = version.article, f"?version={version.number}"
    if request.POST.get("have_read") != "on":
        error(request, UNREAD)
        return to("publish", article, again)
    if version.subject_type == "order":
        error(request, "Nothing was published: this text is a customer's. It is decided about on its order's page.")
        return to("texts", article)
    expected = request.POST.get("live", "")
    try:
        put_live(
            version=version,
            body_sha256=request.POST.get("body_sha256", ""),
            expected_published_id=int(expected) if expected.isascii() and expected.isdecimal() else None,
            actor=Actor.of(request.user),
        )
    except (BaseMoved, HashMismatch, NotApproved, IllegalMove, IsCommissioned, BreaksPaidLink) as refusal:
        if Article.objects.filter(pk=article.pk, published_version=version).exists():
            info(request, f"Version {version.number} is live already: by a plan, a colleague, or your own first press.")
            return to("texts", article)
        error(request, f"Nothing was published: {why_not(refusal)}")
        return to("publish", article, again)
    success(request, f"Version {version.number} is live. Any earlier text can be brought back from the list below.")
    return to("texts", article)


@about_an_article(CHANGE, "POST")
def back(request: HttpRequest, article: Article) -> HttpResponse:
    """An earlier text as a new candidate; it goes live only after it was read once more."""
    try:
        version = bring_back(version=version_of(article, request.POST.get("version", "")), actor=Actor.of(request.user))
    except (BreaksPaidLink, NeverLive, NothingChanged) as refusal:
        error(request, f"Nothing was brought back: {why_not(refusal)}")
        return to("texts", article)
    success(request, f"It is version {version.number} now. Read what changes, then publish it.")
    return to("publish", article, f"?version={version.number}")


@about_an_article(PUBLISH, "POST")
def unplan(request: HttpRequest, article: Article) -> HttpResponse:
    """A text that was to go live by itself stays where it is."""
    version = version_of(article, request.POST.get("version", ""))
    if editing.unplan(version=version, actor=Actor.of(request.user)):
        success(
            request, f"Version {version.number} does not go live by itself any more. You can still publish it below."
        )
    else:
        error(request, f"Nothing was called off: version {version.number} is not planned, or went live already.")
    return to("texts", article)


def why_not(refusal: Exception) -> str:
    if isinstance(refusal, RevivesPaidLink):
        hrefs = ", ".join(refusal.hrefs)
        return (
            f"a link that was paid for and taken out would stand in it again ({hrefs}). Take it out of the text first."
        )
    if isinstance(refusal, BreaksPaidLink):
        return f"a paid link would not stand in it exactly once ({', '.join(refusal.hrefs)})."
    return WHY_NOT[type(refusal)]
