"""Who a process is, and whether it still lives: a zombie does not, and a reused pid is somebody else."""

import os
import subprocess
import sys
from pathlib import Path

from queues import identity
from queues.tests.given import until


def test_a_process_is_its_host_pid_and_start():
    host, pid, started = identity.me().rsplit(":", 2)

    assert (host, pid) == (identity.HOST, str(os.getpid()))
    assert int(started) > 0
    assert not identity.is_gone(identity.me())


def test_a_dead_process_is_gone(child):
    who = f"{identity.HOST}:{child.pid}:{identity._start_time(child.pid)}"
    assert not identity.is_gone(who) and not identity.pid_is_gone(child.pid)

    child.kill()
    child.wait()

    assert identity.is_gone(who) and identity.pid_is_gone(child.pid)


def test_a_zombie_is_gone(child):
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert identity.pid_is_gone(child.pid)
    assert not identity.is_child(child.pid)


def test_a_process_is_gone_only_with_its_last_thread():
    leaves = "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); "
    with subprocess.Popen([sys.executable, "-c", leaves + "ctypes.CDLL(None).pthread_exit(None)"]) as process:
        try:
            until(lambda: _is_zombie(process.pid))
            assert not identity.pid_is_gone(process.pid)
        finally:
            process.kill()

        until(lambda: identity.pid_is_gone(process.pid))


def _is_zombie(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


def test_a_reused_pid_is_not_its_dead_owner():
    assert identity.is_gone(f"{identity.HOST}:{os.getpid()}:1")


def test_of_another_host_nothing_is_known():
    assert not identity.is_gone("another-host:1:1")


def test_a_name_with_brackets_and_spaces_does_not_confuse_it(tmp_path):
    program = tmp_path / "a) Z (b"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as process:
        try:
            assert not identity.pid_is_gone(process.pid)
        finally:
            process.kill()


def test_only_ones_own_living_child_is_a_child(child):
    assert identity.is_child(child.pid)
    assert not identity.is_child(os.getppid())
    assert not identity.is_child(os.getpid())
