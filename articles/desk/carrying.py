"""Texts carried in and out as Markdown files, byte for byte.

An import is tried first and can be looked at before it is kept; nothing it brings is live by itself.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeAlias

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from articles.desk.guard import ADD, VIEW, about_an_article, page, version_of
from articles.editing import LONGEST, rehearsed
from articles.importing import UnreadableSource, import_article
from articles.models import Article, ArticleVersion
from articles.placements import broken_links, live_placements
from articles.publishing import BreaksPaidLink
from audit.actors import Actor

MOST_FILES = 50
MOST_EXPORTED = 500
KEPT = "keep"
File: TypeAlias = "UploadedFile[Any]"


class Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    widget = Several

    def clean(self, data: Sequence[File], initial: object = None) -> list[File]:
        if not data:
            raise forms.ValidationError("Choose one Markdown file at least.")
        if len(data) > MOST_FILES:
            raise forms.ValidationError(f"At most {MOST_FILES} files at once; these are {len(data)}.")
        return [super(SeveralFiles, self).clean(file, initial) for file in data]


class ImportForm(forms.Form):
    markdown = SeveralFiles(label="Markdown files", allow_empty_file=True)


@dataclass(frozen=True)
class Line:
    """What became of one file, or would."""

    name: str
    words: str
    article: Article | None = None
    version: ArticleVersion | None = None
    is_refused: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
def importing(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(ADD):
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None)
    lines: list[Line] = []
    keeping = request.POST.get("what") == KEPT
    if request.method == "POST" and form.is_valid():
        lines = [take_in(file, Actor.of(request.user), keeping) for file in form.cleaned_data["markdown"]]
    context = {"title": "Import articles", "form": form, "lines": lines, "kept": keeping, "most": MOST_FILES}
    return page(request, "import.html", None, context, status=422 if form.is_bound and form.errors else 200)


importing.permission = ADD  # type: ignore[attr-defined]


def take_in(file: File, actor: Actor, keeping: bool) -> Line:
    """One file for itself: what stands in the way of it keeps no other back."""
    name = PurePath(file.name or "").name
    if (file.size or 0) > LONGEST:
        return Line(name, f"It is longer than {LONGEST:,} bytes.", is_refused=True)
    try:
        with transaction.atomic() if keeping else rehearsed():
            return _taken(name, file.read(), actor, keeping)
    except UnreadableSource as refusal:
        return Line(name, str(refusal), is_refused=True)
    except BreaksPaidLink as refusal:
        words = f"A paid link of the article would not stand in it exactly once ({', '.join(refusal.hrefs)})."
        return Line(name, words, is_refused=True)


def _taken(name: str, source: bytes, actor: Actor, keeping: bool) -> Line:
    done = import_article(source_bytes=source, actor=actor, slug=PurePath(name).stem)
    if broken := broken_links(done.version.body, live_placements(done.article)) if done.created else []:
        raise BreaksPaidLink([link.href for link in broken])
    what = "a new article" if done.version.number == 1 else "a new version of an article there is"
    if not done.created:
        return Line(name, f"Nothing to do: version {done.version.number} has these very bytes.", done.article)
    words = f"{what[0].upper()}{what[1:]}, version {done.version.number}." if keeping else f"It would be {what}."
    if done.left:
        words += f" Its {', '.join(done.left)} would stay as readers have it: change that on the article's page."
    return Line(name, words, done.article if keeping else None, done.version if keeping else None)


@about_an_article(VIEW, "GET", "HEAD")
def export(request: HttpRequest, article: Article) -> HttpResponse:
    """One version as it is."""
    version = version_of(article, request.GET.get("version", ""))
    return _download(version.body.encode(), "text/markdown; charset=utf-8", f"{article.slug}.md")


def export_many(articles: QuerySet[Article]) -> HttpResponse:
    """What is live of each, and of those that never were the newest text, in one archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for slug, body in _texts(articles.select_related("published_version")[:MOST_EXPORTED]):
            archive.writestr(f"{slug}.md", body.encode())
    return _download(packed.getvalue(), "application/zip", "articles.zip")


def _texts(articles: Iterable[Article]) -> Iterable[tuple[str, str]]:
    for article in articles:
        version = article.published_version or article.versions.order_by("-number").first()
        if version is not None:
            yield article.slug, version.body


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=content_type, headers=headers)
