"""The web process' entry: gunicorn config.wsgi."""

import gc
import os

import django
from django.urls import get_resolver

from config.malformed import Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
application = Application()
# Every view is imported now, while nobody waits, and not by the first request of each process.
assert get_resolver().url_patterns
gc.freeze()  # what is loaded stays: no collection, which meets some request, walks through all of it
