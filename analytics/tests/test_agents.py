"""What browsers call themselves."""

import pytest

from analytics.agents import Agent, read_agent
from analytics.tests.given import CHROME, SAFARI


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        (CHROME, Agent("desktop", "Chrome", "Linux", False)),
        (SAFARI, Agent("mobile", "Safari", "iOS", False)),
        (
            "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605 CriOS/140 Mobile/15E Safari/604",
            Agent("tablet", "Chrome", "iOS", False),
        ),
        (
            "Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/140.0 Mobile Safari/537.36",
            Agent("mobile", "Chrome", "Android", False),
        ),
        (
            "Mozilla/5.0 (Linux; Android 16; SM-X900) SamsungBrowser/28.0 Chrome/130 Safari/537.36",
            Agent("tablet", "Samsung Internet", "Android", False),
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0",
            Agent("desktop", "Edge", "Windows", False),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.6; rv:143.0) Gecko/20100101 Firefox/143.0",
            Agent("desktop", "Firefox", "macOS", False),
        ),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", Agent("desktop", "Other", "Other", True)),
        ("python-requests/2.32", Agent("desktop", "Other", "Other", True)),
        ("", Agent("desktop", "Other", "Other", True)),
    ],
)
def test_device_browser_system_and_whether_it_is_a_program(text, agent):
    assert read_agent(text) == agent
