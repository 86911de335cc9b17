"""One JSON line for each event, and no more work for it than that takes: a job writes two lines in a millisecond."""

import logging
from typing import Any

import structlog

RENDER = structlog.processors.JSONRenderer()


class Line(structlog.stdlib.ProcessorFormatter):
    """What our own code says comes as a dict already; structlog would copy it, and its record, for each line."""

    def __init__(self, **chain: Any) -> None:
        super().__init__(processor=RENDER, **chain)

    def format(self, record: logging.LogRecord) -> str:
        if hasattr(record, "_logger") and isinstance(record.msg, dict):  # structlog marks what it says
            return str(RENDER(None, record.levelname, record.msg))
        return super().format(record)


def leave_out_what_no_line_names() -> None:
    """The standard library asks for each record which thread, process and line of code it comes from, unless it is told
    not to.

    Source: Python's Logging HOWTO, "Optimization".
    """
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
