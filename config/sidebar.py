"""The admin's side: the owner's queues, for whoever may see them, above every other room's tables."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

Group = dict[str, Any]
QUEUE_PAGES = (
    ("Overview", "", "monitoring"),
    ("Dead letters", "dlq/", "report"),
    ("Schedule", "schedule/", "schedule"),
    ("Alerts", "alerts/", "notifications"),
)


def navigation(request: HttpRequest) -> list[Group]:
    """What unfold asks for by the name in settings."""
    queues = [_queues(request)] if request.user.has_perm("queues.view_queues") else []
    return queues + [_room(app, request) for app in admin.site.get_app_list(request)]


def _queues(request: HttpRequest) -> Group:
    home = reverse("queues:overview")
    links = [(title, home + part, icon) for title, part, icon in QUEUE_PAGES]
    here = max((url for _, url, _ in links if request.path.startswith(url)), key=len, default="")
    pages = [{"title": title, "link": url, "icon": icon, "active": url == here} for title, url, icon in links]
    flower = {"title": "Flower", "link": settings.FLOWER_URL, "icon": "open_in_new", "active": False}
    return {"title": "Queues", "items": [*pages, flower]}


def _room(app: dict[str, Any], request: HttpRequest) -> Group:
    models = [model for model in app["models"] if model["admin_url"]]
    return {
        "title": app["name"],
        "items": [
            {"title": model["name"], "link": model["admin_url"], "active": request.path.startswith(model["admin_url"])}
            for model in models
        ],
    }
