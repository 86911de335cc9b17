"""Every way out of the jail that was thought of is tried, and fails inside its limits."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plugins.jail import confine, fault_of, run_in_jail, running
from plugins.limits import MIB, Limits

SMALL = Limits(seconds=0.3, memory=16 * MIB, output=1_000, depth=50, calls=5)
ESCAPES = {
    "a file": ("return open('/etc/passwd').read()", "PermissionError"),
    "a file by its path": (
        "import pathlib\n    return [str(p) for p in pathlib.Path('/').iterdir()]",
        "PermissionError",
    ),
    "a symlink": ("import os\n    os.symlink('/etc/passwd', 'x')", "AttributeError"),
    "a socket": ("import socket\n    return 1", "ModuleNotFoundError"),
    "a page": ("import urllib.request\n    return 1", "ModuleNotFoundError"),
    "the environment": ("import os\n    return dict(os.environ)", "Error"),
    "a process": ("import subprocess\n    return 1", "ModuleNotFoundError"),
    "a shell": ("import os\n    return os.system('id')", "AttributeError"),
    "a fork": ("import os\n    while True: os.fork()", "AttributeError"),
    "a signal": ("import os\n    os.kill(os.getppid(), 9)", "AttributeError"),
    "the host's modules": ("import django\n    return 1", "ModuleNotFoundError"),
    "a builtin import": ("return __import__('os').system('id')", "NameError"),
    "eval": ("return eval('open(\"/etc/passwd\")')", "PermissionError"),
    "an object's classes": ("return ().__class__.__base__.__subclasses__()", "AttributeError"),
    "a frame": ("return run.__globals__", "AttributeError"),
    "native code": ("import ctypes\n    return 1", "ModuleNotFoundError"),
    "an endless loop": ("while True: pass", "TimeoutError"),
    "memory": ("x = 'x'\n    while True: x += x", "MemoryError"),
    "a long list": ("return [0] * 10**9", "MemoryError"),
    "a giant number": ("return 10 ** 10 ** 8", "MemoryError"),
    "recursion": ("return run(given)", "RecursionError"),
    "a giant answer": ("return 'x' * 10_000", "1,000 are allowed"),
    "endless printing": ("while True: print('x' * 1000)", "Error"),
    "no JSON": ("return {1, 2}", "not JSON"),
    "no number": ("return float('nan')", "not JSON"),
    "what was not granted": ("return read_article()", "NameError"),
    "too many calls": ("for n in range(100): log(n)", "limit 5 exceeded"),
}


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_way_out(escape):
    body, why = ESCAPES[escape]

    outcome = run_in_jail(f"def run(given):\n    {body}\n", {}, {"log": lambda n: None}, limits=SMALL)

    assert not outcome.is_good and why in outcome.error, outcome
    assert outcome.value is None and len(outcome.error) < 600
    assert outcome.seconds < 3


def test_a_sleep_takes_no_time_and_a_wild_pattern_ends():
    sleeping = run_in_jail("import time\ndef run(given):\n    time.sleep(3600)\n    return 1\n", {}, {}, limits=SMALL)
    matching = "import re\ndef run(given):\n    return bool(re.match('(a+)+$', 'a' * 40 + 'b'))\n"

    assert (sleeping.value, run_in_jail(matching, {}, {}, limits=SMALL).value) == (1, False)


def test_what_it_is_given_and_granted_is_all_there_is():
    source = "def run(given):\n    print('hello')\n    return {'sum': given['a'] + double(given['b'])}\n"

    outcome = run_in_jail(source, {"a": 1, "b": 2}, {"double": lambda n: 2 * n})

    assert (outcome.value, outcome.error, outcome.printed) == ({"sum": 5}, "", "hello\n")
    assert 0 < outcome.seconds < 2
    if sys.platform == "linux":
        assert outcome.memory is not None and MIB < outcome.memory < 64 * MIB


def test_nothing_of_one_run_is_there_for_the_next():
    run_in_jail("secret = 'of the first'\ndef run(given):\n    return 1\n", {}, {})

    assert "NameError" in run_in_jail("def run(given):\n    return secret\n", {}, {}).error


def test_a_granted_function_that_fails_is_an_error_inside():
    def broken() -> None:
        raise LookupError("no such article")

    source = (
        "def run(given):\n    try:\n        broken()\n    except LookupError as error:\n        return str(error)\n"
    )

    assert run_in_jail(source, {}, {"broken": broken}).value == "no such article"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("x = 1", "no function run"),
        ("def run(", "unexpected EOF"),
        ("while True: pass", "TimeoutError"),
        ("import socket", "ModuleNotFoundError"),
    ],
)
def test_what_is_no_plugin_is_told_so(source, why, monkeypatch):
    monkeypatch.setattr(running, "STANDARD", SMALL)

    assert why in fault_of(source)


def test_what_is_one_has_no_fault():
    assert fault_of("def run(given):\n    return 1\n") == ""


def test_a_killed_jail_is_an_error_and_the_next_run_is_not_hurt():
    def kill() -> None:
        for pid in running._pids(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")):
            if running._peak(pid):
                os.kill(int(pid), signal.SIGKILL)

    outcome = run_in_jail("def run(given):\n    kill()\n    while True: pass\n", {}, {"kill": kill})

    assert outcome.error == "its process ended"
    assert run_in_jail("def run(given):\n    return 1\n", {}, {}).value == 1


SHOW = """
import os, resource, socket, sys
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
print(set(os.environ) <= {"LC_CTYPE"}, limit, os.getcwd(), os.listdir("/proc/self/fd"))
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)
    print("connected")
except OSError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the second wall is Linux's")
def test_the_process_itself_has_no_environment_no_files_and_as_root_no_network():
    """The second wall, shown by a program that the first would not let run."""
    command = [sys.executable, "-I", "-S", confine.__file__, sys.executable, "-I", "-S", "-c", SHOW, "9"]

    done = subprocess.run(command, capture_output=True, text=True, env={"SECRET_KEY": "planted"}, timeout=20)

    first, second = done.stdout.splitlines()
    assert first.startswith("True (0, 0) / ['0', '1', '2', "), done.stdout + done.stderr
    assert second in ({"OSError"} if os.geteuid() == 0 else {"OSError", "ConnectionRefusedError"})
