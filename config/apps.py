"""The configuration's own checks and commands, as Django knows them."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
