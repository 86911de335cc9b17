"""The queues room, as Django knows it; it gathers what the other rooms declare."""

from importlib import import_module

from django.apps import AppConfig


class QueuesConfig(AppConfig):
    name = "queues"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # By name, because models cannot be imported while Django is still loading this module.
        import_module("queues.loading").load_rooms()
