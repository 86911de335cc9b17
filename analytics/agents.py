"""What a browser says it is: the device, browser and system the screens tell apart, and whether it is a program.

The table is the one that names people's browsers to them: a handful of browsers and systems is all that is shown, and
whatever is none of them is Other.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from accounts.devices import browser_named, system_named

OTHER = "Other"
LONGEST = 500
_PROGRAM = re.compile(
    r"bot\b|crawl|spider|slurp|headless|phantom|preview|fetch|monitor|scan|lighthouse|validator|archiver|externalhit"
    r"|^(?!mozilla/|opera/)",  # every browser of today calls itself Mozilla; libraries give their own names
    re.IGNORECASE,
)
_SYSTEMS = {"iPhone": "iOS", "iPad": "iOS", "Mac": "macOS"}
_TABLET = re.compile(r"iPad|Tablet|Android(?!.*Mobile)")
_PHONE = re.compile(r"iPhone|iPod|Mobile")


@dataclass(frozen=True)
class Agent:
    device: str
    browser: str
    os: str
    is_program: bool


@lru_cache(maxsize=4096)
def read_agent(text: str) -> Agent:
    """From a User-Agent header; an empty one is a program's."""
    text = text[:LONGEST]
    device = "tablet" if _TABLET.search(text) else "mobile" if _PHONE.search(text) else "desktop"
    system = system_named(text)
    os = _SYSTEMS.get(system, system) or OTHER
    return Agent(device, browser_named(text) or OTHER, os, is_program=bool(_PROGRAM.search(text)))
