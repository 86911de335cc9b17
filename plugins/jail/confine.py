"""Run as `python -I -S confine.py PROGRAM [ARGUMENT...]`: gives up what a jailed program must not have, and becomes it.

Standard library only, and no import of ours: it runs in a process of its own. What a kernel refuses is left out, since
the interpreter inside offers none of it anyway; the limits are the second wall and not the first.
"""

import contextlib
import ctypes
import os
import resource
import sys

ADDRESS_SPACE, CPU_SECONDS, DESCRIPTORS = 1 << 30, 30, 64
CLONE_NEWUSER, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWUTS = 0x10000000, 0x08000000, 0x40000000, 0x04000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, SIGKILL = 1, 38, 9
NOBODY = 65534


def confine(program: int) -> None:
    """No new files, cores or descriptors, bounded memory and time, no network, no rights, nobody's user."""
    os.chdir("/")
    os.closerange(3, program)
    os.closerange(program + 1, DESCRIPTORS * 64)
    for what, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        alone = CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS
        if libc.unshare(alone) != 0:
            libc.unshare(alone | CLONE_NEWUSER)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)  # after the change of user, which would clear it


def main() -> None:
    program = os.open(sys.argv[1], os.O_RDONLY)  # before the rights to reach it are gone
    confine(program)
    os.execve(program, sys.argv[1:], {})


if __name__ == "__main__":
    main()
