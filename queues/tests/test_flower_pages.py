"""Flower's task page as we extend it: everything that was on it, and the way to the job; and how Flower is started."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command
from django.core.management.base import CommandError
from flower.options import options
from flower.urls import settings as application_settings
from flower.utils import template as flowers_words
from flower.views import tasks
from tornado.template import Loader

from queues.flower_pages import job_address, loader
from queues.management.commands import flower as command

JOB = "01a21364-ba5b-75af-a8b6-afbc37c370bc"
FOLDER = application_settings["template_path"]


def task(**changes: Any) -> SimpleNamespace:
    facts = {"uuid": f"{JOB}.2", "name": "test-job", "state": "SUCCESS", "args": f"('{JOB}', 2)", "kwargs": "{}"}
    return SimpleNamespace(**{**facts, "result": "{'outcome': 'completed'}", "_fields": (), **changes})


def page(templates: Loader, shown: SimpleNamespace) -> str:
    """As Flower's own view renders it, without a server."""
    words = {name: value for name, value in vars(flowers_words).items() if callable(value)}
    modules = SimpleNamespace(Template=lambda path, **how: f"<nav>{path} {how['active_tab']}</nav>")
    given = {"reverse_url": lambda name, *args: f"/{name}", "static_url": lambda path: f"/static/{path}"}
    text = templates.load("task.html").generate(
        **words, **given, _tt_modules=modules, task=shown, read_only=True, url_prefix=None
    )
    return text.decode()


def test_the_view_still_renders_the_page_we_extend():
    assert '"task.html"' in Path(tasks.__file__).read_text(encoding="utf-8")


def test_a_task_leads_to_its_job_and_nothing_of_the_page_is_lost(settings):
    settings.SITE_URL, settings.SITE_NAME = "https://desk.example.com", "Copydesk"

    ours, theirs = page(loader(FOLDER), task()), page(Loader(FOLDER), task())

    address = f"https://desk.example.com/admin/queues/test.queue/jobs/{JOB}/"
    assert f'<a id="job-page" href="{address}">This task’s job in Copydesk</a>' in ours
    lines = [line for line in ours.splitlines() if line in theirs.splitlines()]
    assert [line for line in theirs.splitlines() if line not in lines] == []
    assert "job-page" not in theirs


@pytest.mark.parametrize("changes", [{"name": None}, {"name": "nobody-declares-this"}, {"uuid": "x", "args": None}])
def test_a_task_flower_knows_too_little_of_leads_nowhere(changes):
    assert job_address(task(**changes)) == ""
    assert "job-page" not in page(loader(FOLDER), task(**changes))


def test_what_a_task_says_is_never_markup(settings):
    settings.SITE_NAME = "<b>Copydesk</b>"

    text = page(loader(FOLDER), task(args="<script>", name="test-job"))

    assert "<script>" not in text.split("<main")[1].split("</main>")[0] and "<b>Copydesk" not in text


@pytest.fixture
def started(monkeypatch, settings, tmp_path):
    """What Flower would be started with."""
    settings.FLOWER_USER, settings.FLOWER_PASSWORD = "owner", "a password"
    settings.FLOWER_DB = str(tmp_path / "flower" / "memory")
    heard: list[list[str]] = []
    monkeypatch.setattr(type(current_app._get_current_object()), "start", lambda app, argv: heard.append(argv))
    monkeypatch.setattr(command, "lead_back", lambda: heard.append(["the way back"]))
    monkeypatch.setattr(command.os, "umask", lambda mask: heard.append([f"{mask:o}"]))
    monkeypatch.setitem(current_app.conf, "broker_transport", current_app.conf.broker_transport)
    return heard


def test_it_reads_only_behind_a_password_within_bounds_and_remembers(started, tmp_path):
    call_command("flower")

    (mask,), (way,), (name, *given) = started
    told = dict(option.removeprefix("--").split("=", 1) for option in given)
    assert (mask, way, name) == ("77", "the way back", "flower")
    assert [option for option in told if option not in options] == []
    assert (told["read_only"], told["basic_auth"], told["address"]) == ("true", "owner:a password", "127.0.0.1")
    assert (told["max_tasks"], told["max_workers"]) == ("5000", "200")
    assert (told["persistent"], told["db"]) == ("true", str(tmp_path / "flower" / "memory"))
    assert (tmp_path / "flower").is_dir()


@pytest.mark.parametrize("missing", ["FLOWER_USER", "FLOWER_PASSWORD"])
def test_without_a_password_it_does_not_start(started, settings, missing):
    setattr(settings, missing, "")

    with pytest.raises(CommandError, match="FLOWER_USER and FLOWER_PASSWORD must be set"):
        call_command("flower")
    assert started == []
