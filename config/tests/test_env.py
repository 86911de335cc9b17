"""A malformed value is refused at start, with its name."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import database, env


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.flag("X", True), "maybe"),
        (lambda: env.number("X", 1), "ten"),
        (lambda: env.number("X", 1), "nan"),
        (lambda: env.number("X", 1, least=0.5), "0.4"),
        (lambda: env.whole("X", 1), "1.5"),
        (lambda: env.millionths("X", "1"), "1,5"),
        (lambda: env.millionths("X", "1"), "-1"),
        (lambda: env.millionths("X", "1"), "0.1234567"),
        (lambda: env.wholes("X", "1"), "3,ten"),
        (lambda: env.wholes("X", "1"), "3,0"),
        (lambda: env.wholes("X", "1"), "3,-1"),
        (lambda: env.url("X", schemes=("https",)), "ftp://example.com"),
        (lambda: env.url("X", schemes=("https",)), "https://"),
        (lambda: env.url("X", schemes=("https",)), "https://[x"),
        (lambda: env.url("X", schemes=("https",)), "https://example.com:abc"),
        (lambda: env.url("X", schemes=("https",)), "https://example.com:99999"),
        (lambda: env.port("X", 1), "65536"),
        (lambda: env.port("X", 1), "0"),
        (lambda: env.log_level("X"), "chatty"),
        (lambda: env.emails("X"), "desk@example.com, The desk <desk@example.com>"),
        (lambda: env.emails("X"), "desk"),
        (lambda: env.folder("X", settings.BASE_DIR / "static", beside=settings.BASE_DIR), "."),
        (lambda: env.folder("X", settings.BASE_DIR / "static", beside=settings.BASE_DIR), "/"),
    ],
)
def test_a_malformed_value_is_refused_by_name(monkeypatch, read, value):
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=r"^X: "):
        read()


@pytest.mark.parametrize(
    ("read", "default"),
    [
        (lambda: env.filled("X", "copydesk"), "copydesk"),
        (lambda: env.log_level("X"), "INFO"),
        (lambda: env.folder("X", Path("there"), beside=settings.BASE_DIR), Path("there")),
        (lambda: env.emails("X"), []),
    ],
)
def test_set_to_nothing_is_as_good_as_not_set(monkeypatch, read, default):
    monkeypatch.setenv("X", "")

    assert read() == default


@pytest.mark.parametrize(("value", "read"), [("10, 3", [3, 10]), ("", []), (",", [])])
def test_whole_numbers_are_read_the_smallest_first(monkeypatch, value, read):
    monkeypatch.setenv("X", value)

    assert env.wholes("X", "3,10") == read


def test_a_missing_value_without_default_is_refused_by_name(monkeypatch):
    monkeypatch.delenv("X", raising=False)

    with pytest.raises(ImproperlyConfigured, match=r"^X is not set"):
        env.text("X")


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))

    assert env.text("X") == "from the file"


def test_an_unreadable_secret_file_is_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.setenv("X_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(ImproperlyConfigured, match=r"^X_FILE: cannot read"):
        env.text("X")


def test_a_secret_file_that_is_no_text_is_refused_by_name(monkeypatch, tmp_path):
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))

    with pytest.raises(ImproperlyConfigured, match=r"^X_FILE: .* is no text"):
        env.text("X")


@pytest.mark.parametrize("url", ["postgresql://me:secret@db.internal:abc/desk", "postgresql://me:secret@db.internal"])
def test_a_database_url_that_leads_nowhere_is_refused_by_name_and_not_quoted(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL: ") as refusal:
        database.connection(pooled=False)

    assert "secret" not in str(refusal.value)


def test_redis_is_put_together_from_its_parts(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("REDIS_HOST", "redis.internal")
    monkeypatch.setenv("REDIS_PASSWORD", "p@ss/word")

    assert env.redis_url() == "redis://:p%40ss%2Fword@redis.internal:6379/0"


def test_a_database_url_is_read_whole(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss@db.internal:5433/desk?sslmode=require")

    connection = database.connection(pooled=False)

    assert {name: connection[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "desk",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.internal",
        "PORT": "5433",
    }
    assert connection["OPTIONS"] == {"sslmode": "require", "connect_timeout": 5, "prepare_threshold": 2}


def test_nothing_is_prepared_behind_a_pooler_of_transactions(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db.internal/desk")
    monkeypatch.setenv("DATABASE_PREPARE", "false")

    assert database.connection(pooled=False)["OPTIONS"] == {"connect_timeout": 5, "prepare_threshold": None}
