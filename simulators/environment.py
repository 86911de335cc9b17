"""What the processes of one launch are told, and the stand-ins for whatever nobody gave an address of.

A value that was given is never changed. Secrets are made once per home and never shared by two.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from simulators.services.embedded import is_given
from simulators.services.home import Home
from simulators.services.ports import ADDRESS, answers
from simulators.supervisor import Program, Stage

ROOT = Path(__file__).resolve().parent.parent
WEBHOOK_PATH = "/api/v1/purchase/webhook"
STRIPE_API, OPENAI_API = "https://api.stripe.com", "https://api.openai.com/v1"


@dataclass(frozen=True)
class StandIn:
    """One simulator: how it is started, and the variables by which the product finds it."""

    program: Program
    environ: Mapping[str, str]


def local_environ(home: Home, environ: Mapping[str, str], *, project: Path, port: int) -> dict[str, str]:
    """`environ`, and a value for everything else that a launch on one machine must say."""
    defaults = {
        "SECRET_KEY": home.secret("SECRET_KEY"),
        "SITE_URL": address(port),
        "STAFF_SECOND_FACTOR": "false",  # whoever tries the demo has no app for it
        "FLOWER_USER": "owner",
        "FLOWER_PASSWORD": home.secret("FLOWER_PASSWORD"),
        "FLOWER_PORT": str(home.port("flower")),
        "FLOWER_DB": str(home.folder / "flower" / "memory"),
        "BEAT_SCHEDULE": str(home.folder / "beat"),
        "STATIC_ROOT": str(project / ".local" / "static"),
    }
    return {
        **{name: value for name, value in defaults.items() if not is_given(environ, name)},
        **environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def stand_ins(home: Home, environ: Mapping[str, str], *, site: str) -> list[StandIn]:
    """One for each outside service of which nothing was given: half a simulator and half a real one fit nobody."""
    every = [_stripe(home, environ, site), _openai(home, environ), _mailbox(home, environ)]
    return [one for one in every if not any(is_given(environ, name) for name in one.environ)]


def addresses(environ: Mapping[str, str], *, site: str) -> dict[str, Any]:
    """For people and scripts: where everything of a complete environment is found."""
    return {
        "site": site,
        "admin": f"{site}/admin/",
        "flower": f"http://{ADDRESS}:{given(environ, 'FLOWER_PORT')}",
        "flower_sign_in": {"user": given(environ, "FLOWER_USER"), "password": given(environ, "FLOWER_PASSWORD")},
        "stripe": given(environ, "STRIPE_API_BASE") or STRIPE_API,
        "openai": given(environ, "OPENAI_BASE_URL") or OPENAI_API,
        "mailbox": given(environ, "MAILBOX_URL"),
        "database_url": given(environ, "DATABASE_URL"),
        "redis_url": given(environ, "REDIS_URL") or _redis_by_parts(environ),
    }


def given(environ: Mapping[str, str], name: str) -> str | None:
    file = environ.get(f"{name}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else environ.get(name)


def address(port: int) -> str:
    return f"http://{ADDRESS}:{port}"


def _stripe(home: Home, environ: Mapping[str, str], site: str) -> StandIn:
    port, secret = home.port("stripe"), home.secret("STRIPE_WEBHOOK_SECRET", "whsec_")
    options = ["--port", port, "--state", home.folder / "stripe"]
    options += ["--webhook-url", site + WEBHOOK_PATH]
    told = {
        "STRIPE_SECRET_KEY": home.secret("STRIPE_SECRET_KEY", "sk_test_"),
        "STRIPE_WEBHOOK_SECRET": secret,
        "STRIPE_API_BASE": address(port),
        "STRIPE_CHECKOUT_ORIGIN": address(port),
    }
    # Not on the command line, where every user of the machine could read it.
    secretly = {**environ, "STRIPE_SIM_WEBHOOK_SECRET": secret}
    return StandIn(_program("stripe", options, secretly, ports=[port]), told)


def _openai(home: Home, environ: Mapping[str, str]) -> StandIn:
    port = home.port("openai")
    told = {"OPENAI_API_KEY": home.secret("OPENAI_API_KEY", "sk-"), "OPENAI_BASE_URL": f"{address(port)}/v1"}
    return StandIn(_program("openai", ["--port", port], environ, ports=[port]), told)


def _mailbox(home: Home, environ: Mapping[str, str]) -> StandIn:
    smtp, http = home.port("smtp"), home.port("mailbox")
    options = ["--smtp-port", smtp, "--http-port", http, "--store", home.folder / "mailbox"]
    told = {"EMAIL_URL": f"smtp://{ADDRESS}:{smtp}", "MAILBOX_URL": address(http)}
    return StandIn(_program("mailbox", options, environ, ports=[smtp, http]), told)


def _program(name: str, options: list[object], environ: Mapping[str, str], *, ports: list[int]) -> Program:
    return Program(
        name=name,
        # Elsewhere in production: here they must not take the cores from the site.
        command=("nice", "-n", "10", sys.executable, "-m", f"simulators.{name}", *map(str, options)),
        folder=ROOT,
        environ=environ,
        probe=lambda: all(answers(port) for port in ports),
        stage=Stage.OUTSIDE,
    )


def _redis_by_parts(environ: Mapping[str, str]) -> str:
    password = given(environ, "REDIS_PASSWORD")
    credentials = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{credentials}{given(environ, 'REDIS_HOST')}:{given(environ, 'REDIS_PORT') or 6379}/0"
