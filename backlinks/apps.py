"""The backlinks room, as Django knows it."""

from django.apps import AppConfig


class BacklinksConfig(AppConfig):
    name = "backlinks"
    default_auto_field = "django.db.models.BigAutoField"
