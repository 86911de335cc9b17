"""No dead link, no button without effect, and looking changes nothing: every page an owner reaches by following links.

The backbone is in the middle of its work, with something on every list. A few queues stand for all: they are alike.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from queues.alerts import raise_alert
from queues.bulk import delete_all, replay_all
from queues.cancelling import cancel
from queues.declare import QUEUES
from queues.draining import drain
from queues.enqueue import enqueue
from queues.errors import Permanent, ReplayRefused, RetryLater
from queues.letters import Filter
from queues.models import Attempt, Job, Outcome, State
from queues.pausing import pause
from queues.replay import replay
from queues.schedule import fire, switch_off
from queues.subjects import Description
from queues.tests.browsing import PAGES, Element, Page, browser, read
from queues.tests.calling import QUEUE, everything
from queues.tests.dead import many_dead
from queues.tests.filled import ago, one_in_every_state, relay, running, worker
from queues.tests.given import OWNER, claimed, column, put
from queues.urls import urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.usefixtures("plain_static")]

KEPT = {QUEUE, "test.chunked", "links", "payments", "dlq", "workflow.run", "analytics.process"}
SCRIPT = settings.BASE_DIR / "static" / "queues.js"
THING = ("thing", "3")


@dataclass
class Crawl:
    """What was found: each page by its address, each link by the page it was first seen on."""

    http: Client
    skipped: set[str]
    pages: dict[str, Page] = field(default_factory=dict)
    found_on: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    leading_out: set[str] = field(default_factory=set)

    def run(self) -> None:
        ahead = deque([PAGES])
        self.found_on[PAGES] = "the start"
        while ahead:
            url = ahead.popleft()
            answer = self.http.get(url, headers=self._as_htmx(url))
            if answer.status_code != 200:
                self.wrong.append(f"{url} answers {answer.status_code}, linked from {self.found_on[url]}")
            elif answer["Content-Type"].startswith("text/html"):
                self.pages[url] = read(answer)
                ahead.extend(self._new_links(url))

    def _as_htmx(self, url: str) -> dict[str, str]:
        """Of each kind of page one whole, the others without the admin around them: that is half the time."""
        name = resolve(urlsplit(url).path).url_name
        is_first = not any(resolve(urlsplit(other).path).url_name == name for other in self.pages)
        return {} if is_first else {"HX-Request": "true"}

    def _new_links(self, url: str) -> Iterator[str]:
        for link in (*self.pages[url].by_id("queues").all("a"), *_sections(self.pages[url])):
            target = urldefrag(urljoin(url, link.get("href"))).url
            if target in self.found_on or not link.get("href") or self._is_alike(target):
                continue
            self.found_on[target] = url
            if target.startswith(PAGES):
                yield target
            else:
                self.leading_out.add(target)

    def _is_alike(self, url: str) -> bool:
        """Whether it is one of too many alike: what the charts look back on is the same on every list of a queue."""
        asked = parse_qs(urlsplit(url).query)
        return any(id in url for id in self.skipped) or ("span" in asked and len(asked) > 1)


def _sections(page: Page) -> list[Element]:
    """The links of the admin's side that lead to these pages."""
    return [link for link in page.all("a") if link.get("href").startswith(PAGES)]


@pytest.fixture
def few_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(QUEUES) - KEPT:
        monkeypatch.delitem(QUEUES, name)


def fill(script: Any, subject: Any) -> set[str]:
    """Something on every list, in every state. Returns the ids of which there are too many alike to look at all."""
    people = reverse("admin:accounts_user_changelist")
    subject(describe=lambda id: Description(f"Thing {id}", people), on_replay=_refuse)
    worker(QUEUE, busy=1), worker("dlq", "test.chunked"), relay()
    one_in_every_state(), running(cancel_requested_at=timezone.now(), cancel_reason="ordered twice")
    alike = many_dead(55, queue="test.chunked", name="test-small")
    column(put("test-small"), attempt=1, error="again", state=State.DELAYED, run_at=ago(-60))
    _failed_in_the_executor(script)
    _ordered_in_bulk()
    pause(queue="test.chunked", actor=OWNER, reason="the press is jammed")
    fire("recount-jobs", now=ago(3 * 86_400).timestamp())
    switch_off(name="reconcile-checkouts", actor=OWNER)
    for n, kind in enumerate(("no_worker", "queue_too_old", "dead_letter", "drift")):
        raise_alert(kind=kind, about=(QUEUE, "dlq", QUEUE, "recount")[n], message=f"Trouble {n}.")
    return {str(job.pk) for job in alike[2:-2]}


def _refuse(job: Job) -> None:
    raise ReplayRefused("The order was refunded.")


def _failed_in_the_executor(script: Any) -> None:
    """Errors with their tracebacks, Celery's own records; replayed, put off, secret, about something."""

    def fail(ctx: Any) -> None:
        raise Permanent("<b>the press</b> is jammed")

    def put_off(ctx: Any) -> None:
        raise RetryLater("the press is away")

    script(fail)
    about = put(subject=THING, key="order-7", once="event-9")
    again, _ = put(), put("test-secret")
    drain(only="test-job"), drain(only="test-secret")
    replay(job_id=again.pk, actor=OWNER, reason="the press is mended")
    script(put_off)
    drain(only="test-job")
    assert about.attempts.count() == 1 and Attempt.objects.filter(outcome=Outcome.POSTPONED).exists()


def _ordered_in_bulk() -> None:
    """An order in each state: one that runs, one that is done and has refusals, one stopped, one that died."""
    done = replay_all(filter=Filter(queue=QUEUE, name="test-job", q="error:press"), actor=OWNER, reason="mended")
    drain(only=done.name)
    stopped, runs, died = (
        delete_all(filter=Filter(queue="gone.queue", q=f"error:{n}"), actor=OWNER, reason="not worth it")
        for n in range(3)
    )
    cancel(job_id=stopped.pk, actor=OWNER, reason="ordered by mistake")
    claimed(runs)
    column(runs, progress=40, progress_message="40 of 100")
    column(died, state=State.DEAD, finished_at=ago(5), error="the press is jammed")


@pytest.fixture
def crawl(few_queues: None, script: Any, subject: Any) -> Crawl:
    skipped = fill(script, subject)
    return Crawl(browser(), skipped)


def test_every_page_can_be_reached_no_link_is_dead_and_looking_changes_nothing(crawl):
    before = everything()

    crawl.run()

    assert crawl.wrong == []
    assert everything() == before
    reached = {resolve(urlsplit(url).path).url_name for url in crawl.found_on if url.startswith(PAGES)}
    # What the charts draw is no page; to a chunk lead Flower and Celery's record.
    assert {pattern.name for pattern in urlpatterns} - reached == {"charts", "chunk"}
    assert _dead_ends(crawl) == []
    assert [fault for url, page in crawl.pages.items() for fault in faults(url, page)] == []


def _dead_ends(crawl: Crawl) -> list[str]:
    """Links that lead out of these pages: to the admin's others, which must answer, or to Flower."""
    others = {url for url in crawl.leading_out if not url.startswith(f"{settings.FLOWER_URL}/task/")}
    assert {urlsplit(url).path.split("/")[2] for url in others} == {"accounts", "audit", "django_celery_results"}
    answers = {url: crawl.http.get(url).status_code for url in others}
    return [
        f"{url} answers {status}, linked from {crawl.found_on[url]}" for url, status in answers.items() if status != 200
    ]


def faults(url: str, page: Page) -> Iterator[str]:
    """What is wrong with a page besides its links."""
    ours = page.by_id("queues")
    ids = [element["id"] for element in ours.walk() if element.get("id")]
    yield from (f"{url}: two elements are called {id}" for id in set(ids) if ids.count(id) > 1)
    yield from (f"{url}: {fault}" for form in ours.all("form") for fault in _form_faults(form))
    yield from (f"{url}: the button {button.text!r} does nothing" for button in ours.all("button") if not _acts(button))
    yield from (f"{url}: a link without a target: {link.text!r}" for link in ours.all("a") if not _leads(link))
    for element in ours.walk():
        named = [*element.get("aria-labelledby").split(), *element.get("aria-describedby").split(), element.get("for")]
        if element.name != "dialog":
            yield from (f"{url}: nothing is called {id}" for id in named if id and id not in ids)
        if element.name in ("input", "select", "textarea") and not _has_label(element, ours):
            yield f"{url}: the field {element.get('name')!r} has no label"


def _form_faults(form: Element) -> Iterator[str]:
    """Its action and those of its buttons must be addresses of ours, that take what the form sends."""
    actions = [form["action"], *(button["formaction"] for button in form.all("button") if button.get("formaction"))]
    for action in actions:
        view = resolve(urlsplit(action).path)
        if view.namespace != "queues":
            yield f"a form leads to {action}"
    if form.get("method") == "post" and not any(one.get("name") == "csrfmiddlewaretoken" for one in form.all("input")):
        yield f"the form to {form['action']} has no token"
    if not any(button.get("type", "submit") == "submit" for button in form.all("button")) and not form.all("a"):
        yield f"the form to {form['action']} has no button"


def _acts(button: Element) -> bool:
    known = _known_to_the_script()
    return button.inside("form") or any(name in known for name in button.attributes if name.startswith("data-"))


def _leads(link: Element) -> bool:
    """One link has no target until a job is open beside its list."""
    return bool(link.get("href")) or "data-open-page" in link.attributes


def _known_to_the_script() -> set[str]:
    script = SCRIPT.read_text()
    names = {part.split("]")[0].split("=")[0] for part in script.split("[data-")[1:]}
    return {f"data-{name}" for name in names}


def _has_label(element: Element, page: Element) -> bool:
    if element.get("type") == "hidden" or element.get("aria-label") or element.inside("label"):
        return True
    return any(label.get("for") == element.get("id") for label in page.all("label"))


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<button type="button">Go</button>', "the button 'Go' does nothing"),
        ('<a href="">Go</a>', "a link without a target: 'Go'"),
        ('<p id="a"></p><p id="a"></p>', "two elements are called a"),
        (
            '<form method="post" action="/admin/queues/"><button>Go</button></form>',
            "the form to /admin/queues/ has no token",
        ),
        ('<form action="/admin/login/"><button>Go</button></form>', "a form leads to /admin/login/"),
        ('<label for="b">B</label>', "nothing is called b"),
        ('<input name="c">', "the field 'c' has no label"),
    ],
)
def test_what_the_crawl_looks_for_it_finds(html, fault):
    """Or its silence would say nothing."""
    answer = type("Answer", (), {"content": f'<div id="queues">{html}</div>'.encode(), "status_code": 200})

    assert list(faults("x", read(answer))) == [f"x: {fault}"]


def test_a_dead_link_is_found(few_queues, monkeypatch):
    monkeypatch.delitem(QUEUES, "payments")  # the schedule leads there
    crawl = Crawl(browser(), set())

    crawl.run()

    assert crawl.wrong == ["/admin/queues/payments/ answers 404, linked from /admin/queues/schedule/"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{QUEUE}/?cursor=nonsense", 400),
        ("GET", f"{QUEUE}/?q=payload.colour:red", 200),
        ("GET", "dlq/?cursor=nonsense", 400),
        ("GET", "dlq/?since=yesterday", 400),
        ("GET", "dlq/replay/", 400),
        ("GET", "dlq/replay/?all=true", 200),
        ("POST", f"{QUEUE}/resume/", 409),
        ("POST", "schedule/recount-jobs/on/", 409),
    ],
)
def test_a_page_that_refuses_is_as_sound(method, path, status):
    answer = browser().generic(method, PAGES + path)

    assert answer.status_code == status
    assert list(faults(path, read(answer))) == []


def test_so_is_the_one_that_asks_for_a_moment(settings):
    settings.CALLS_PER_MINUTE = {**settings.CALLS_PER_MINUTE, "owner-write": 0}

    answer = browser().post(f"{PAGES}{QUEUE}/pause/")

    assert (answer.status_code, list(faults("", read(answer)))) == (429, [])


def test_a_queue_of_any_other_name_is_a_page_like_these():
    http = browser()

    assert {name: http.get(f"{PAGES}{name}/jobs/").status_code for name in QUEUES} == dict.fromkeys(QUEUES, 200)


def test_on_the_first_day_nothing_is_dead_either(few_queues):
    empty = Crawl(browser(), set())
    before = everything()

    empty.run()

    assert (empty.wrong, everything() == before) == ([], True)
    assert [fault for url, page in empty.pages.items() for fault in faults(url, page)] == []
    assert enqueue("test-job", {}).created
