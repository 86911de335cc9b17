"""What a child process does between fork and exec: it ties its life to the launcher's and stops being root.

Nothing else may run there, and nothing here may change the launcher itself.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import NamedTuple

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2  # setuid leaves capabilities alone; access(2), which initdb asks, honours them
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Owner(NamedTuple):
    uid: int
    gid: int


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def before_exec(*, last_word: signal.Signals, owner: Owner | None = None) -> Callable[[], None]:
    """For `preexec_fn`: the child runs as `owner` and receives `last_word` when the thread that started it is gone.

    The kernel watches the thread, not the process: start children only from a thread that lives as long as they do.
    """
    launcher = os.getpid()

    def prepare() -> None:
        if owner is not None and owner.uid != os.geteuid():
            _become(owner)
        if LIBC is not None:  # after _become: the kernel forgets it when credentials change
            LIBC.prctl(PR_SET_PDEATHSIG, int(last_word), 0, 0, 0)
            if os.getppid() != launcher:
                os._exit(1)

    return prepare


def _become(owner: Owner) -> None:
    """Gives up root but for CAP_DAC_OVERRIDE: a clone in a folder only root may enter must still work.

    The alternatives were worse: opening parent folders changes what is not ours, copying binaries costs 50 MB and
    a second, and user namespaces are refused in most containers. Where the capability cannot be kept, an ordinary
    readable folder still works.
    """
    if LIBC is not None:
        LIBC.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(owner.gid)
    os.setuid(owner.uid)
    if LIBC is not None:
        kept = 1 << CAP_DAC_OVERRIDE
        sets = (_Sets * 2)(_Sets(kept, kept, kept), _Sets(0, 0, 0))
        LIBC.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), ctypes.byref(sets))
        LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)
