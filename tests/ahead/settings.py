"""The product's own settings, with one migration more in two rooms."""

import os

# The product's package reads its settings as soon as it is imported: it must find its own, not these half-read ones.
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from config.settings import *  # noqa: F403

os.environ["DJANGO_SETTINGS_MODULE"] = __name__
MIGRATION_MODULES = {
    "queues": "tests.ahead.migrations_of_queues",
    "backlinks": "tests.ahead.migrations_of_backlinks",
}
