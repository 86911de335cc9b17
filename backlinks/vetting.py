"""What is found out about a target before a link to it is sold, written or published.

Unsafe refuses, unreachable only warns. It reads pages, so it never runs in a transaction; what strangers may have us
read is limited and remembered, and nobody but staff is told what was answered.
"""

from collections.abc import Iterator
from threading import BoundedSemaphore

from django.conf import settings

from accounts.limits import hit
from backlinks.clients.web import MOST_SECONDS, Page, Unreachable, Unsafe, Visit, fetch
from backlinks.findings import FRESH, FRESH_FOR_STRANGERS, LONGEST_MEASURE, Finding, Verdict, remember, remembered
from backlinks.reputation import Unknown, denial_of
from backlinks.targets import Target, read_target

SECONDS_FOR_STRANGERS = 5.0
NAME_SECONDS_FOR_STRANGERS = 1.0  # a resolver whose question got lost asks again after five, and somebody waits
AT_ONCE_FOR_STRANGERS = 2  # of the four requests a process of the web can answer at once
PER_HOST_AND_MINUTE = 20
MOST_BYTES = 16_384  # what a page says is not judged here

WELL_FORMED = "The address is well formed and on a public domain."
TWIN_LETTERS = "Part of the website's name could be taken for Latin letters. Our editor will look at it."
NOT_LISTED = "The website is on no list of those we do not link to."
LISTS_AWAY = "Whether the website is on a list of those we do not link to could not be checked just now."
DENIED = "We do not sell links to {}. Please choose another website, or write to us if you think that is a mistake."
OPENS = "The page opens."
DOES_NOT_OPEN = "We could not open the page. That does not stop your order; please make sure that the address is right."
INSIDE = "The website's name leads into a private network, which no reader can open. Link to a public website."
ELSEWHERE = (
    "The page sends its readers on to an address we cannot link to. Give the address where the page ends up: "
    "it must begin with https:// and be on a public website."
)
_readers = BoundedSemaphore(AT_ONCE_FOR_STRANGERS)


def vet_for_anyone(url: str) -> Verdict:
    """For somebody who has not paid: each page is visited once in ten minutes at most. Raises TooMany."""
    target = _target(url)
    verdict = _on_sight(target)
    if verdict.is_safe:
        found = remembered(url, FRESH_FOR_STRANGERS)
        if found is None:
            hit("target", target.host, PER_HOST_AND_MINUTE, 60)
            found = _visited_for_strangers(target, SECONDS_FOR_STRANGERS)
        verdict.findings.append(found)
    return verdict


def vet_at_the_till(url: str, *, seconds: float) -> Verdict:
    """For an order about to be paid for: visited anew like one that goes on, but still for a stranger."""
    target = _target(url)
    verdict = _on_sight(target)
    if verdict.is_safe:
        verdict.findings.append(remembered(url, FRESH) or _visited_for_strangers(target, seconds))
    return verdict


def vet(url: str) -> Verdict:
    """For an order that goes on: visited anew, unless that was done within the last minute."""
    target = _target(url)
    verdict = _on_sight(target)
    if verdict.is_safe:
        verdict.findings.append(remembered(url, FRESH) or _visited(target, MOST_SECONDS, MOST_SECONDS))
    return verdict


def _target(url: str) -> Target:
    return read_target(url, allow_http=settings.TARGET_ALLOW_HTTP)


def _on_sight(target: Target) -> Verdict:
    """What the address and the lists say, without visiting anything."""
    problems = [Finding(f"target_{it.code}", False, it.message, target.host, blocks=True) for it in target.problems]
    return Verdict(target.host, problems or list(_about_name(target)))


def _about_name(target: Target) -> Iterator[Finding]:
    yield Finding("target_url", True, WELL_FORMED, target.host)
    if target.has_twin_letters:
        yield Finding("target_alphabet", False, TWIN_LETTERS, target.readable_host)
    yield _listing(target.host)


def _listing(host: str) -> Finding:
    try:
        denial = denial_of(host)
    except Unknown as reason:
        return Finding("target_reputation", False, LISTS_AWAY, str(reason)[:LONGEST_MEASURE])
    if denial is None:
        return Finding("target_reputation", True, NOT_LISTED)
    return Finding("target_denied", False, DENIED.format(denial.listed), denial.category, blocks=True)


def _visited_for_strangers(target: Target, seconds: float) -> Finding:
    if not _readers.acquire(blocking=False):
        return _not_opened("too many pages are being read at once")
    try:
        return _visited(target, seconds, NAME_SECONDS_FOR_STRANGERS)
    finally:
        _readers.release()


def _visited(target: Target, seconds: float, seconds_per_name: float) -> Finding:
    visit = Visit(
        allow_http=settings.TARGET_ALLOW_HTTP,
        seconds=seconds,
        seconds_per_name=seconds_per_name,
        most_bytes=MOST_BYTES,
    )
    try:
        page = fetch(target.url, visit)
    except Unsafe as refusal:
        return remember(target.url, _refused(refusal))
    except Unreachable as failure:
        return remember(target.url, _not_opened(str(failure)))
    return remember(target.url, _read(page))


def _read(page: Page) -> Finding:
    for hop in page.hops[1:]:
        if _listing(read_target(hop, allow_http=True).host).blocks:
            return _refused(Unsafe("denied", f"it redirects to {hop}", is_redirect=True))
    measured = f"answered {page.status} at {page.url}"
    if page.status >= 400:
        return _not_opened(measured)
    return Finding("target_opens", True, OPENS, measured[:LONGEST_MEASURE])


def _refused(refusal: Unsafe) -> Finding:
    measured = str(refusal)[:LONGEST_MEASURE]
    if refusal.is_redirect:
        return Finding("target_redirects", False, ELSEWHERE, measured, blocks=True)
    return Finding(f"target_{refusal.code}", False, INSIDE, measured, blocks=True)


def _not_opened(measured: str) -> Finding:
    """The same words whatever the reason was."""
    return Finding("target_opens", False, DOES_NOT_OPEN, measured[:LONGEST_MEASURE])
