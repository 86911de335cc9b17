"""Where staff read the figures, under /admin/analytics/."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from analytics.pages import streaming, trying, views

app_name = "analytics-pages"
_own = admin.site.admin_view
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="analytics-pages:overview", query_string=True), name="home"),
    *(path(f"{slug}/", _own(view), name=slug) for slug, view in views.VIEWS.items()),
    path("now/stream/", _own(streaming.stream), name="stream"),
    path("ai-costs/try/", _own(trying.try_ai_now), name="try-ai-now"),
    path("funnels/make/", _own(views.make_funnel), name="make-funnel"),
    path("funnels/<int:pk>/forget/", _own(views.forget_funnel), name="forget-funnel"),
]
