"""docs/operations/dependencies.md says what the lock says."""

import re

from django.conf import settings

PINNED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
ASKED_FOR = re.compile(r"^([a-z][\w-]*)", re.MULTILINE)
ROW = re.compile(r"^\| ([\w.-]+) \| (\S+) \|$", re.MULTILINE)


def test_the_page_names_every_package_asked_for_at_its_pinned_version():
    root = settings.BASE_DIR
    pinned = dict(PINNED.findall((root / "requirements.txt").read_text()))
    asked_for = ASKED_FOR.findall((root / "requirements" / "base.in").read_text())
    told = dict(ROW.findall((root / "docs" / "operations" / "dependencies.md").read_text()))

    del told["package"]
    assert told == {name: pinned[name] for name in asked_for}
