"""Where the desk's pages are, under the articles of the admin."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from articles.assistant import doors as assistant
from articles.desk import carrying, edit, live, texts

View = Callable[..., Any]


def urls(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """`admin_view` is the admin site's own guard."""
    pages: dict[str, View] = {
        "texts": texts.texts,
        "compare": texts.compared,
        "preview": texts.preview,
        "edit": edit.edit,
        "publish": live.publishing,
        "back": live.back,
        "unplan": live.unplan,
        "export": carrying.export,
        "assistant": assistant.page,
        "ask": assistant.ask,
    }
    of_an_article = [
        path(f"<int:article_id>/{name}/", admin_view(view), name=f"articles_desk_{name}")
        for name, view in pages.items()
    ]
    return [path("import/", admin_view(carrying.importing), name="articles_desk_import"), *of_an_article]
