"""gunicorn's own settings (`-c config/gunicorn.py`): a folder in which its processes count together.

A new one for each server, so that nothing is left of the last; Prometheus knows a counter that begins again.
"""

import os
import shutil
import tempfile

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
if not os.environ.get(FOLDER):
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="copydesk-metrics-")


def on_exit(server: object) -> None:
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
