"""deploy/ starts what the Procfile names, as it says, stopped gently and able to do little else.

No systemd and no Docker engine runs here: the units are read by systemd's own checker where it is, the Compose file by
this. Neither was started.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.tests.units import SYSTEMD, command_of, seconds, services, units
from simulators.procfile import read_procfile

PROCFILE = read_procfile(settings.BASE_DIR / "Procfile")
LASTING = sorted({*PROCFILE} - {"release"})
WORKERS = sorted(name for name in PROCFILE if name.startswith("worker-"))
KEPT_FROM_HARM = {
    "User": "copydesk",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateDevices": "yes",
    "PrivateTmp": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallFilter": "@system-service",
    "EnvironmentFile": "/etc/copydesk/environment",
    "KillMode": "mixed",
    "KillSignal": "SIGTERM",
}
GUNICORN_GRACE_SECONDS = 25


def test_a_unit_for_each_process_with_its_command():
    assert {name: command_of(unit) for name, unit in units().items()} == PROCFILE


def test_a_service_for_each_process_with_its_command():
    """In a container the site listens to the outside of it; what is published is said beside it."""
    outside = PROCFILE | {"web": PROCFILE["web"].replace("127.0.0.1:${PORT:-8000}", "0.0.0.0:8000")}

    assert {name: service["command"] for name, service in services().items()} == outside
    assert all(port.startswith("127.0.0.1:") for service in services().values() for port in service.get("ports", []))


@pytest.mark.parametrize("process", PROCFILE)
def test_each_unit_may_do_little_and_take_little(process: str):
    unit = units()[process]

    assert {name: unit.get(name, [None])[-1] for name in KEPT_FROM_HARM} == KEPT_FROM_HARM
    assert unit["MemoryMax"][-1] != "infinity"
    namespaces = ["yes", "user net ipc uts"] if process == "worker-plugins" else ["yes"]
    assert unit["RestrictNamespaces"] == namespaces


@pytest.mark.parametrize("process", PROCFILE)
def test_each_container_may_do_little_and_take_little(process: str):
    service = services()[process]

    assert (service["read_only"], service["cap_drop"], service["init"]) == (True, ["ALL"], True)
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"].endswith(("m", "g"))


@pytest.mark.parametrize("process", LASTING)
def test_what_ends_begins_again(process: str):
    assert units()[process]["Restart"] == ["always"]
    assert units()[process]["WantedBy"] == ["copydesk.target"]
    assert services()[process]["restart"] == "unless-stopped"
    assert services()[process]["depends_on"]["release"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize(
    ("processes", "grace_seconds"), [(WORKERS, settings.JOB_SHUTDOWN_SECONDS), (["web"], GUNICORN_GRACE_SECONDS)]
)
def test_nobody_is_killed_while_ending_what_runs(processes: list[str], grace_seconds: float):
    assert f"--graceful-timeout {GUNICORN_GRACE_SECONDS}" in PROCFILE["web"]
    for process in processes:
        assert float(units()[process]["TimeoutStopSec"][0]) > grace_seconds + 5
        assert seconds(services()[process]["stop_grace_period"]) > grace_seconds + 5


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")
def test_systemd_understands_every_unit(tmp_path: Path):
    folder = shutil.copytree(SYSTEMD, tmp_path / "units")
    for program in ("python", "gunicorn", "celery"):
        (tmp_path / program).symlink_to(sys.executable)
    for file in folder.rglob("*.service"):
        file.write_text(file.read_text().replace("/srv/copydesk/.venv/bin", str(tmp_path)))

    files = sorted(folder.glob("copydesk*.*"))
    command = ["systemd-analyze", "verify", "--man=no", *(file for file in files if file.is_file())]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    told = [line for line in checked.stderr.splitlines() if "copydesk" in line]
    assert (checked.returncode, told) == (0, []), checked.stderr
