"""gunicorn's own settings (`-c config/gunicorn.py`): a line for each request, and a folder to count in together.

The line says nothing of who asked, and no query, which in a link from an email holds the key of an order. The folder
is a new one for each server, so that nothing is left of the last; Prometheus knows a counter that begins again.
"""

import os
import re
import shutil
import tempfile
from typing import Any

from gunicorn import glogging

KEYS = re.compile(r"^(/accounts/invitation/|/certificates/).*")  # what stands in the path behind these opens something

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Lines(glogging.Logger):
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
    if not os.environ.get(FOLDER):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="copydesk-metrics-")


def on_exit(server: object) -> None:
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
