"""The owner's pages and API, over HTTP: they answer an owner, tell the same figures, and refuse strangers."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from uuid import UUID

from django.urls import reverse

from queues.clients.site import Answer, Site, SiteAway
from queues.figures import Figures, all_figures
from queues.models import Job, Pause
from queues.selftest.jobs import SELFTEST
from queues.selftest.lines import Line, Untrue
from queues.selftest.session import NoOwner, owner_session
from queues.words import counted, duration

COUNTS = ("waiting", "active", "completed", "failed", "delayed", "cancelled", "total")
API = "/api/owner/queues"
LOOKS = 5


def lines(site: Site, job_id: UUID) -> Iterator[Line]:
    """Raises Untrue when nothing answers at all."""
    try:
        with owner_session() as cookie:
            as_owner = {"Cookie": cookie}
            for path, must_hold in _pages(job_id).items():
                yield _answers(path, site.get(path, as_owner), must_hold)
            yield _same_counts(site, as_owner)
            yield _writes_refuse_get(site, as_owner, job_id)
        yield _refuses_strangers(site, [*_pages(job_id), API])
    except NoOwner as nobody:
        raise Untrue("owner", str(nobody)) from None
    except SiteAway as away:
        raise Untrue("site", f"{away}: is `web` running, and is SITE_URL (or --site) its address?") from None


def _pages(job_id: UUID) -> dict[str, str]:
    """Their addresses, each with what must be found on it."""
    home = reverse("queues:overview")
    return {
        home: SELFTEST.name,
        reverse("queues:queue", args=[SELFTEST.name]): SELFTEST.name,
        reverse("queues:job", args=[SELFTEST.name, job_id]): str(job_id),
        **{f"{home}{page}/": "" for page in ("dlq", "schedule", "alerts")},
    }


def _answers(path: str, answer: Answer, must_hold: str) -> Line:
    told = f"{answer.status} in {duration(answer.seconds)}"
    if answer.status != HTTPStatus.OK:
        return Line(path, f"{told}{_led_to(answer)}", False)
    if must_hold not in answer.text:
        return Line(path, f"{told}, but {must_hold} is not on it", False)
    return Line(path, told)


def _led_to(answer: Answer) -> str:
    return f", led to {answer.location}" if answer.location else ""


def _same_counts(site: Site, as_owner: Mapping[str, str]) -> Line:
    """Compared where nothing moved while we asked; on a busy site that may take another look."""
    for _ in range(LOOKS):
        before = _counted(all_figures())
        answer = site.get(API, as_owner)
        if answer.status != HTTPStatus.OK:
            return Line(API, f"{answer.status}{_led_to(answer)}", False)
        told = {queue["name"]: _of(queue) for queue in json.loads(answer.text)["queues"]}
        still = {name: counts for name, counts in _counted(all_figures()).items() if counts == before.get(name)}
        if still:
            break
    wrong = [name for name, counts in still.items() if told.get(name) != counts]
    if wrong or not still:
        return Line(API, f"other counts than the database of {', '.join(wrong) or 'every queue'}", False)
    queues = counted(len(still), "queue", "queues")
    return Line(API, f"200 in {duration(answer.seconds)}, the same counts as the database of {queues}")


def _counted(figures: list[Figures]) -> dict[str, tuple[int, ...]]:
    return {queue.queue: tuple(getattr(queue, name) for name in COUNTS) for queue in figures}


def _of(queue: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(queue[name] for name in COUNTS)


def _writes_refuse_get(site: Site, as_owner: Mapping[str, str], job_id: UUID) -> Line:
    before = _state(job_id)
    job, letter = f"{API}/{SELFTEST.name}/jobs/{job_id}", f"{API}/dlq/{job_id}"
    verbs = [f"{API}/{SELFTEST.name}/pause", f"{job}/retry", f"{job}/cancel", f"{letter}/replay", f"{letter}/delete"]
    done = [path for path in verbs if site.get(path, as_owner).status != HTTPStatus.METHOD_NOT_ALLOWED]
    has_changed = _state(job_id) != before
    told = f"{len(verbs)} write addresses refuse it" if not done else f"not refused by {', '.join(done)}"
    return Line(
        "GET changes nothing", f"{told}{', and something changed' if has_changed else ''}", not done and not has_changed
    )


def _state(job_id: UUID) -> tuple[object, ...]:
    job = Job.objects.filter(pk=job_id).values_list("state", "generation", "cancel_requested_at").first()
    return job, Pause.objects.filter(pk=SELFTEST.name).exists()


def _refuses_strangers(site: Site, paths: list[str]) -> Line:
    let_in = [path for path in paths if not _is_refusal(site.get(path, {}))]
    told = f"let in to {', '.join(let_in)}" if let_in else f"refused at {len(paths)} of {len(paths)} addresses"
    return Line("strangers", told, not let_in)


def _is_refusal(answer: Answer) -> bool:
    led_to_sign_in = answer.status == HTTPStatus.FOUND and reverse("admin:login") in answer.location
    return led_to_sign_in or answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
