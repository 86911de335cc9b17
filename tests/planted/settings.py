"""The product's own settings, and the planted jobs."""

import os

# The product's package reads its settings as soon as it is imported: it must find its own, not these half-read ones.
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

os.environ["DJANGO_SETTINGS_MODULE"] = __name__
INSTALLED_APPS = [*INSTALLED_APPS, "tests.planted"]
ROOT_URLCONF = "tests.planted.urls"
