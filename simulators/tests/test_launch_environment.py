"""What was given stays; what was not is made once and stands in."""

import stat
from pathlib import Path

import pytest

from simulators.environment import local_environ, stand_ins
from simulators.procfile import BadProcfile, read_procfile, shell_command
from simulators.services.home import Home
from simulators.tests.launching import GIVEN

SITE = "http://127.0.0.1:8000"


def test_nothing_given_has_three_stand_ins(tmp_path: Path) -> None:
    found = {one.program.name: one for one in stand_ins(Home(tmp_path), {}, site=SITE)}

    assert list(found) == ["stripe", "openai", "mailbox"]
    assert found["openai"].environ["OPENAI_BASE_URL"].endswith("/v1")
    assert found["stripe"].environ["STRIPE_SECRET_KEY"].startswith("sk_test_")
    stripe = found["stripe"].program
    assert stripe.command[-2:] == ("--webhook-url", "http://127.0.0.1:8000/api/v1/purchase/webhook")
    assert stripe.environ["STRIPE_SIM_WEBHOOK_SECRET"] == found["stripe"].environ["STRIPE_WEBHOOK_SECRET"]


def test_a_given_service_has_no_stand_in(tmp_path: Path) -> None:
    assert stand_ins(Home(tmp_path), GIVEN, site=SITE) == []
    assert [one.program.name for one in stand_ins(Home(tmp_path), {"OPENAI_API_KEY_FILE": "/key"}, site=SITE)] == [
        "stripe",
        "mailbox",
    ]


def test_given_values_stay(tmp_path: Path) -> None:
    given = {"SECRET_KEY": "given", "SITE_URL": "https://desk.example", "FLOWER_PASSWORD_FILE": "/run/flower"}

    environ = local_environ(Home(tmp_path), given, project=tmp_path, port=8000)

    assert (environ["SECRET_KEY"], environ["SITE_URL"], environ["PORT"]) == ("given", "https://desk.example", "8000")
    assert "FLOWER_PASSWORD" not in environ


def test_secrets_and_ports_outlive_a_launch(tmp_path: Path) -> None:
    first, second = Home(tmp_path), Home(tmp_path)

    assert first.secret("SECRET_KEY") == second.secret("SECRET_KEY")
    assert first.port("stripe") == second.port("stripe") != second.port("openai")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_the_procfile_is_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("# all\n\nweb: serve --port ${PORT:-8000}\nworker-ai:  work ai \n")

    assert read_procfile(tmp_path / "Procfile") == {"web": "serve --port ${PORT:-8000}", "worker-ai": "work ai"}
    assert shell_command("work ai") == ("/bin/sh", "-c", "exec env work ai")


@pytest.mark.parametrize("line", ["web", "web:", "web: a\nweb: b"])
def test_a_line_that_is_no_process_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "Procfile").write_text(line)

    with pytest.raises(BadProcfile, match="Procfile, line"):
        read_procfile(tmp_path / "Procfile")
