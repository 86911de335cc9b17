"""The whole selftest, line by line."""

import secrets
from collections.abc import Iterator

from queues.clients.site import Site
from queues.selftest import completing, dying, pages, processes
from queues.selftest.lines import Line, until_untrue
from queues.selftest.rehearsal import Rehearsal


def selftest(*, site: Site, patience_seconds: float) -> Iterator[Line]:
    """Processes, jobs, pages; where the jobs' way breaks off, the pages are asked all the same."""
    yield from processes.lines()
    rehearsal = Rehearsal(run=secrets.token_hex(4), patience_seconds=patience_seconds)
    try:
        yield from until_untrue(_jobs(rehearsal))
        yield from until_untrue(pages.lines(site, rehearsal.jobs[0]))
    finally:
        rehearsal.tidy()


def _jobs(rehearsal: Rehearsal) -> Iterator[Line]:
    yield from completing.lines(rehearsal)
    yield from dying.lines(rehearsal)
