"""A malformed value is refused at start, with its name."""

import pytest
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
    ],
)
def test_a_malformed_value_is_refused_by_name(monkeypatch, read, value):
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=r"^X: "):
        read()


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
