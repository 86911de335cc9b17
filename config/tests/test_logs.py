"""The lines of the log: what our own code says, and what libraries do."""

import json
import logging
import sys

import pytest
import structlog
from django.conf import settings

from config.logs import RENDER, Line

STEPS = settings.LOGGING["formatters"]["line"]["foreign_pre_chain"]


@pytest.fixture
def formatters():
    """Ours, and structlog's own."""
    return Line(foreign_pre_chain=STEPS), structlog.stdlib.ProcessorFormatter(processor=RENDER, foreign_pre_chain=STEPS)


def fail():
    raise ValueError("no tea")


def test_what_our_own_code_says_is_the_line_structlog_would_write(caplog, formatters):
    log = structlog.get_logger("queues")

    with caplog.at_level(logging.INFO, logger="queues"):
        log.info("claimed", job="7", text="Tee für Ä “x”\n", at=STEPS)
        try:
            fail()
        except ValueError:
            log.exception("failed_in_chunk", job="8")

    ours, theirs = ([formatter.format(record) for record in caplog.records] for formatter in formatters)
    assert ours == theirs
    first, second = map(json.loads, ours)
    assert {name: first[name] for name in ("event", "job", "level", "logger")} == {
        "event": "claimed",
        "job": "7",
        "level": "info",
        "logger": "queues",
    }
    assert second["exception"].endswith("ValueError: no tea")


def test_what_a_library_says_is_a_line_too(formatters):
    try:
        fail()
    except ValueError:
        told = sys.exc_info()
    record = logging.LogRecord("kombu", logging.WARNING, __file__, 1, "lost %s of %d", ("one", 3), told)

    line = json.loads(formatters[0].format(record))

    assert (line["event"], line["level"], line["logger"]) == ("lost one of 3", "warning", "kombu")
    assert line["exception"].endswith("ValueError: no tea")
    assert "timestamp" in line


def test_what_a_library_says_with_a_dict_is_marked_as_every_line(formatters):
    record = logging.LogRecord("kombu", logging.WARNING, __file__, 1, {"lost": 3}, (), None)

    line = json.loads(formatters[0].format(record))

    assert (line["event"], line["level"], line["logger"]) == ("{'lost': 3}", "warning", "kombu")


def test_no_record_is_asked_for_its_thread_process_or_line_of_code(caplog):
    with caplog.at_level(logging.INFO, logger="queues"):
        structlog.get_logger("queues").info("claimed")

    (record,) = caplog.records
    assert (record.thread, record.process, record.processName, record.lineno) == (None, None, None, 0)
