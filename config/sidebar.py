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
    review = [_review(request)] if request.user.has_perm("backlinks.approve_order") else []
    queues = [_queues(request)] if request.user.has_perm("queues.view_queues") else []
    figures = [_analytics(request)] if request.user.has_perm("analytics.view_analytics") else []
    people = _people(request)
    is_there = any(item["active"] for group in people for item in group["items"])
    rooms = [_room(app, "" if is_there else request.path) for app in admin.site.get_app_list(request)]
    return review + queues + figures + people + rooms


def _review(request: HttpRequest) -> Group:
    home = reverse("admin:backlinks_order_review")
    link = {"title": "Review queue", "link": home, "icon": "rate_review", "active": request.path == home}
    return {"title": "Desk", "items": [link]}


def _queues(request: HttpRequest) -> Group:
    home = reverse("queues:overview")
    links = [(title, home + part, icon) for title, part, icon in QUEUE_PAGES]
    here = max((url for _, url, _ in links if request.path.startswith(url)), key=len, default="")
    pages = [{"title": title, "link": url, "icon": icon, "active": url == here} for title, url, icon in links]
    flower = {"title": "Flower", "link": settings.FLOWER_URL, "icon": "open_in_new", "active": False}
    return {"title": "Queues", "items": [*pages, flower]}


def _analytics(request: HttpRequest) -> Group:
    home, costs = reverse("analytics-pages:home"), reverse("analytics-pages:ai-costs")
    is_costs = request.path.startswith(costs)
    is_other = request.path.startswith(home) and not is_costs
    figures = {"title": "Figures", "link": home, "icon": "monitoring", "active": is_other}
    return {
        "title": "Analytics",
        "items": [figures, {"title": "AI costs", "link": costs, "icon": "payments", "active": is_costs}],
    }


def _people(request: HttpRequest) -> list[Group]:
    """Pages about people that are no table."""
    pages = (
        ("Personal data", "accounts_user_personal", "accounts.export_person"),
        ("Who may do what", "accounts_user_who_may", "accounts.view_user"),
    )
    links = [(title, reverse(f"admin:{name}")) for title, name, needed in pages if request.user.has_perm(needed)]
    items = [{"title": title, "link": url, "active": request.path.startswith(url)} for title, url in links]
    return [{"title": "Access", "items": items}] if items else []


def _room(app: dict[str, Any], path: str) -> Group:
    """`path` is where we are; empty where it is no table's."""
    models = [model for model in app["models"] if model["admin_url"]]
    return {
        "title": app["name"],
        "items": [
            {"title": model["name"], "link": model["admin_url"], "active": path.startswith(model["admin_url"])}
            for model in models
        ],
    }
