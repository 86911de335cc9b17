"""Starts the services nobody gave an address for, and says where they are.

An address that was given is used as it is: that service is neither started nor stopped here.
"""

from collections.abc import Mapping

from simulators.services import postgres, valkey
from simulators.services.home import Home
from simulators.supervisor import Supervisor


def is_given(environ: Mapping[str, str], name: str) -> bool:
    """By its value, or by NAME_FILE, which names a file with the value."""
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def start_services(
    supervisor: Supervisor, home: Home, environ: Mapping[str, str], *, throw_away: bool
) -> dict[str, str]:
    """The variables to add to `environ`; returns when both services take connections."""
    programs, added = [], {}
    if not is_given(environ, "DATABASE_URL"):
        programs.append(postgres.program(home, throw_away=throw_away))
        added["DATABASE_URL"] = postgres.url(home)
    if not is_given(environ, "REDIS_URL") and not is_given(environ, "REDIS_HOST"):
        programs.append(valkey.program(home, throw_away=throw_away))
        added["REDIS_URL"] = valkey.url(home)
    supervisor.start(programs)
    return added
