"""What browsers are called."""

import pytest

from accounts.devices import device_named

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (f"{MAC} Version/18.0 Safari/605.1", "Safari on Mac"),
        (f"{MAC} Chrome/141.0 Safari/537.36", "Chrome on Mac"),
        (f"{MAC} Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Mac"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) CriOS/141.0 Mobile Safari/604.1", "Chrome on iPad"),
        ("Mozilla/5.0 (X11; Linux x86_64) Something/1.0", "Linux"),
        ("curl/8.5.0", "a browser we do not know"),
        ("<script>alert(1)</script>" * 50, "a browser we do not know"),
        ("", "a browser we do not know"),
    ],
)
def test_the_name_is_one_its_owner_knows(agent, name):
    assert device_named(agent) == name
