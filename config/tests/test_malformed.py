"""A stranger's bytes are refused or ignored, never an error of ours."""

import json
from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import DataError, connection, transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from config.malformed import MalformedRequests
from config.wsgi import application

pytestmark = pytest.mark.django_db

CHARSETS = ["rot13", "zlib", "hex", "idna", "undefined", "punycode"]
NUL_FILTERS = [
    "backlinks/order/?status__exact=%00",
    "backlinks/order/?article__language=%00",
    "articles/article/?language=%00",
    "mail/emaillog/?language=%00",
    "backlinks/stripeevent/%00/change/",
]


@pytest.fixture
def http(settings):
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    return Client()


def served(method, path, kind, body=b"") -> int:
    """The status from the application that gunicorn serves; Django's test client makes requests of another class."""
    path, _, query = path.partition("?")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": kind}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    return application.get_response(application.request_class(environ)).status_code


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("path", ["/?q=%41", "/admin/login/?next=%41", "/api/v1/articles?q=%41"])
def test_a_charset_that_is_none_changes_nothing(http, charset, path):
    assert served("GET", path, f"text/plain; charset={charset}") == 200


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_in_such_a_charset_is_read_as_utf_8(http, charset, kind):
    body = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nA\r\n--x--\r\n'

    assert served("POST", "/admin/login/", f"{kind}; charset={charset}", body) == 403  # no CSRF token


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/v1/articles"])
def test_a_session_cookie_with_a_nul_is_no_cookie(http, path):
    answer = http.get(path, headers={"Cookie": r'sessionid="\000aaaaaaaaaaaa"'})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", NUL_FILTERS)
def test_a_nul_that_reaches_the_database_is_a_400(http, path):
    http.force_login(User.objects.create_user("owner@copydesk.example", Role.OWNER))

    answer = http.get(f"/admin/{path}")

    assert (answer.status_code, answer.content) == (400, b"The request contains a NUL character.")


def test_a_nul_inside_json_is_no_error_of_ours_either(rf):
    with pytest.raises(DataError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb", [json.dumps("a\0b")])

    answer = MalformedRequests(lambda request: HttpResponse()).process_exception(rf.get("/"), refused.value)

    assert answer is not None and answer.status_code == 400


@pytest.mark.usefixtures("plain_static")
def test_what_is_nowhere_under_the_api_is_told_as_the_api_does(client):
    answer = client.get("/api/v1/nothing-here")

    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": "There is nothing at this address.", "code": "not_found"},
    )
    assert "text/html" in client.get("/nothing-here/").headers["Content-Type"]


def test_an_error_of_ours_under_the_api_is_told_as_the_api_does(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("backlinks.api.Quotes.post", lambda *_: 1 / 0)

    answer = client.post("/api/v1/purchase/quote", {}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (500, "error")
