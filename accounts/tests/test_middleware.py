"""Every request has an id, and the record knows where it came from."""

import re

import pytest
from django.http import HttpResponse

from accounts.middleware import OriginMiddleware
from audit import origin
from audit.origin import Origin


@pytest.fixture
def seen(rf):
    """Answers a request and returns what stood in the context meanwhile, and the response."""

    def answer(**meta):
        inside = []

        def view(request):
            inside.append(origin.current())
            return HttpResponse()

        response = OriginMiddleware(view)(rf.get("/", REMOTE_ADDR="203.0.113.7", **meta))
        return inside[0], response

    return answer


def test_a_request_gets_an_id_and_a_masked_address(seen):
    here, response = seen()

    assert re.fullmatch(r"[0-9a-f]{32}", here.request_id)
    assert here.masked_ip == "203.0.113.0"
    assert response["X-Request-ID"] == here.request_id


def test_afterwards_nothing_is_left_of_it(seen):
    seen()

    assert origin.current() == Origin()


def test_an_id_is_taken_from_our_own_proxy(seen, settings):
    settings.TRUSTED_PROXIES = 1

    assert seen(HTTP_X_REQUEST_ID="edge-0123456789")[0].request_id == "edge-0123456789"


@pytest.mark.parametrize(
    ("proxies", "given"), [(0, "edge-0123456789"), (1, "short"), (1, "bad id\r\nX: 1"), (1, "a" * 65)]
)
def test_an_id_from_anybody_else_or_malformed_is_not(seen, settings, proxies, given):
    settings.TRUSTED_PROXIES = proxies

    assert seen(HTTP_X_REQUEST_ID=given)[0].request_id != given
