"""Every address of the site, each room's own list under it."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from accounts.urls import staff_urlpatterns
from backlinks.urls import api_urlpatterns
from config import health
from config.metrics import metrics

schema = SpectacularAPIView.as_view(permission_classes=[AllowAny])

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics),
    path("admin/queues/", include("queues.urls")),
    path("admin/analytics/", include("analytics.page_urls")),
    path("admin/", include(staff_urlpatterns)),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("api/v1/", include(api_urlpatterns)),
    path("api/owner/", include("queues.api.urls")),
    path("api/", include("analytics.api.urls")),
    path("api/schema/", schema, name="schema"),
    path("", include("backlinks.page_urls")),
    path("", include("articles.urls")),
]

handler400, handler404, handler500 = "config.errors.malformed", "config.errors.not_found", "config.errors.broken"
