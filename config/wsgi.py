"""The web process' entry: gunicorn config.wsgi."""

import os

import django

from config.malformed import Application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
application = Application()
