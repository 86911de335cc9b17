"""gunicorn's own settings (`-c config/gunicorn.py`): a line for each request, and a folder to count in together.

The line says nothing of who asked, and no query, which in a link from an email holds the key of an order. The folder
is a new one for each server, so that nothing is left of the last; Prometheus knows a counter that begins again.
"""

import fcntl
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from gunicorn import glogging

KEYS = re.compile(r"^(/accounts/invitation/|/certificates/).*")  # what stands in the path behind these opens something

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "copydesk-metrics-"
YOUNG_SECONDS = 60  # a folder may not have its lock yet
_HELD: dict[str, int] = {}  # our folder and the file descriptor of its lock, which our workers inherit


class Lines(glogging.Logger):
    # gunicorn's own names the process, which no record of ours knows (config/logs.py).
    error_fmt = "%(asctime)s [%(levelname)s] %(message)s"

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """What a line may name."""
        told: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return told | {"U": KEYS.sub(r"\1[masked]", told["U"])}


logger_class = Lines
access_log_format = (
    '{"event": "request", "method": "%(m)s", "path": "%(U)s", "status": "%(s)s", "bytes": "%(B)s",'
    ' "seconds": "%(L)s", "request_id": "%({x-request-id}o)s"}'
)


def on_starting(server: object) -> None:
    """Before anything of ours is loaded: what counts looks for the folder once, when it is imported."""
    if os.environ.get(FOLDER):
        return  # somebody's own, who also tidies it up
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _remove_if_left(folder)
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=PREFIX)
    _HELD[os.environ[FOLDER]] = _lock(Path(os.environ[FOLDER]))


def on_exit(server: object) -> None:
    for folder, held in _HELD.items():
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)
    _HELD.clear()


def _remove_if_left(folder: Path) -> None:
    """By a server that was killed: those that run, and their processes, hold a lock on theirs."""
    try:
        if time.time() - folder.stat().st_mtime > YOUNG_SECONDS:
            held = _lock(folder)
            shutil.rmtree(folder)
            os.close(held)
    except OSError:
        return  # in use, somebody else's, or gone meanwhile


def _lock(folder: Path) -> int:
    """For as long as a process lives that has it. Raises BlockingIOError when another holds it."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held
