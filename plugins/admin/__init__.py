"""The owner's side: what runs, what it may read, and every run. Code is read here and never changed."""

from plugins.admin import plugins, runs

__all__ = ["plugins", "runs"]
