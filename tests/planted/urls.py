"""The product's own addresses, and one whose view fails."""

from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns
from tests.planted.views import broken

urlpatterns = [path("planted/broken/", broken), *urlpatterns]
