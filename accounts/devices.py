"""Says what a browser calls itself in words its owner recognises: "Firefox on Windows".

A description, never a proof: nothing may be decided by it.
"""

# In this order: most of them also claim to be one of those below.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("Chromium", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
UNKNOWN = "a browser we do not know"


def device_named(user_agent: str) -> str:
    browser, system = browser_named(user_agent), system_named(user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN


def browser_named(user_agent: str) -> str:
    """Empty for one we do not know; so with the system."""
    return _first(_BROWSERS, user_agent)


def system_named(user_agent: str) -> str:
    return _first(_SYSTEMS, user_agent)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
