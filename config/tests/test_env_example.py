"""`.env.example` names every variable the settings read, and no other."""

import re

from django.conf import settings

READ = re.compile(r"env\.\w+\(\s*\"([A-Z_]+)\"")
LISTED = re.compile(r"^#? ?(?:or )?([A-Z_]+)=", re.MULTILINE)
# Read as one of a pair (the one connection to Redis), by a process host, or only to point a command at the settings.
BESIDE = {"REDIS_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD"}


def test_every_variable_the_settings_read_is_listed():
    config = settings.BASE_DIR / "config"
    read = {name for file in ("settings.py", "database.py") for name in READ.findall((config / file).read_text())}
    listed = set(LISTED.findall((settings.BASE_DIR / ".env.example").read_text()))

    assert read - listed == set()
    assert listed - read - BESIDE == set()
