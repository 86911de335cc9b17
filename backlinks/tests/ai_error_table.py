"""Everything that can go wrong when a model is asked, against the two jobs that live of its answers.

The stand-in answers over HTTP with what the provider would say, to OpenAI's own client; the job runs through the real
executor. Then the provider is well again, and the job is taken up as it would be.
"""

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone
from werkzeug import Request, Response

from articles.commissioning import SUBJECT, Wanted, order_article
from articles.models import AiBreaker, AiEventLog, ArticleVersion
from articles.tests.draft_cases import BODY, POINTS
from backlinks import integration
from backlinks.models import Checkout, CheckoutStatus, Order, OrderStatus
from backlinks.tests.given import EDITOR, ONE_SLOT, article_for_sale, quoted
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job, State
from queues.retrying import retry
from simulators.openai import shapes
from simulators.openai.answering import answer

PAGE = Path(__file__).parents[2] / "docs" / "ai-errors.md"
JOBS = {"A bought link": "integrate-backlink", "An article from a brief": "generate-article"}
Says = Callable[[dict[str, Any]], Response]
Break = Callable[[Any], Any]  # of the settings, for as long as it is entered
_serial = count(1)


@dataclass(frozen=True)
class Case:
    """One way to fail: what the provider says to a question, or what is broken besides."""

    words: str
    says: Says | None = None
    moderation: Says | None = None
    broken: Break = nullcontext


@dataclass
class Provider:
    """The other end of the wire. Well, it writes what the offline writer would."""

    says: Says | None = None
    moderation: Says | None = None
    asked: int = 0

    def answer(self, request: Request) -> Response:
        self.asked += 1
        question = json.loads(request.get_data())
        if request.path.endswith("/moderations"):
            return (self.moderation or (lambda _: _json(shapes.moderation(1, flagged=False))))(question)
        return (self.says or well)(question)


def _json(body: Any, status: int = 200, **headers: str) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")


def well(question: dict[str, Any], mode: str = "ok") -> Response:
    return _json(_written(question, mode))


def _written(question: dict[str, Any], mode: str) -> dict[str, Any]:
    text = question["input"][0]["content"]
    return shapes.response(answer([text], question["text"]["format"]["schema"], mode), question)


def fails(status: int, code: str | None = None, **headers: str) -> Says:
    error = {"error": {"message": "as the provider words it", "type": "t", "code": code, "param": None}}
    return lambda _: _json(error, status, **headers)


def writes(text: str) -> Says:
    """An answer whose text is this, whatever was asked."""

    def says(question: dict[str, Any]) -> Response:
        body = _written(question, "ok")
        body["output"][0]["content"][0]["text"] = text
        return _json(body)

    return says


def _as(mode: str) -> Says:
    return lambda question: well(question, mode)


def _filtered(question: dict[str, Any]) -> Response:
    ending = {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}
    return _json(_written(question, "truncated") | ending)


def _gave_up(question: dict[str, Any]) -> Response:
    return _json(_written(question, "ok") | {"status": "failed", "output": []})


@contextmanager
def _nobody(settings: Any) -> Iterator[None]:
    with _instead(settings, OPENAI_BASE_URL="http://127.0.0.1:9/v1"):
        yield


@contextmanager
def _silence(settings: Any) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with _instead(settings, OPENAI_BASE_URL=address, OPENAI_TIMEOUT_SECONDS=0.1):
            yield


@contextmanager
def _nothing_left(settings: Any) -> Iterator[None]:
    with _instead(settings, AI_BUDGET_DAY_MICRO=1):
        yield


@contextmanager
def _nothing_left_for_it(settings: Any) -> Iterator[None]:
    with _instead(settings, AI_BUDGET_ORDER_MICRO=1):
        yield


@contextmanager
def _quota_known_to_be_spent(settings: Any) -> Iterator[None]:
    again = Now() + timedelta(seconds=1800)
    AiBreaker.objects.update_or_create(pk=1, defaults={"opened_at": Now(), "trial_at": again})
    yield


@contextmanager
def _no_key(settings: Any) -> Iterator[None]:
    with _instead(settings, OPENAI_API_KEY=""):
        yield


@contextmanager
def _instead(settings: Any, **values: Any) -> Iterator[None]:
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def begun(name: str) -> Job:
    """The job, due, for a subject of its own: a paid order, or a brief of staff."""
    if name == "generate-article":
        wanted = Wanted(topic=f"Saving seed {next(_serial)}", keyword="saving seed", points=list(POINTS), words=900,
                        sources=[BODY])  # fmt: skip
        brief = order_article(wanted=wanted, actor=EDITOR, email="editor@copydesk.example")
        return Job.objects.get(subject_type=SUBJECT, subject_id=str(brief.pk))
    now, order = timezone.now(), quoted(article_for_sale(ONE_SLOT))
    settled = {"status": CheckoutStatus.PAID, "expires_at": now, "settled_at": now, "url": "https://pay.example/"}
    session = f"cs_{next(_serial)}"
    paid = Checkout.objects.create(
        amount_minor=4900, currency="usd", stripe_session_id=session, payment_intent_id=f"pi_{session}", **settled
    )
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.PROCESSING, paid_by=paid, paid_at=now)
    order.refresh_from_db()
    job = integration.begin(order).job
    assert job is not None
    return job


def row(name: str, case: Case, provider: Provider, settings: Any) -> str:
    """Play one case: its line of the table."""
    job = begun(name)
    provider.says, provider.moderation, provider.asked = case.says, case.moderation, 0
    with case.broken(settings):
        drain(only=name)
    asked, told = provider.asked, _told(job)
    provider.says = provider.moderation = None
    return f"| {case.words} | {asked} | {told} | {_taken_up(job)} |"


def _told(job: Job) -> str:
    job.refresh_from_db()
    subject = {"subject_type": job.subject_type, "subject_id": job.subject_id}
    kept = Counter(AiEventLog.objects.filter(**subject).order_by("id").values_list("outcome", flat=True))
    calls = ", ".join(f"{outcome.replace('_', ' ')}{f' × {n}' if n > 1 else ''}" for outcome, n in kept.items())
    emails = [f"`{kind}`" for kind in EmailLog.objects.filter(**subject).values_list("kind", flat=True)]
    versions = ArticleVersion.objects.filter(**subject).values_list("status", flat=True)
    after = [*_order(job), *(f"version {status.replace('_', ' ')}" for status in versions), *emails]
    return " | ".join([calls or "-", _state(job), f"{job.attempt} of {job.max_attempts}", " · ".join(after) or "-"])


def _state(job: Job) -> str:
    last = job.attempts.latest("generation")
    if job.state == State.DELAYED:
        assert last.finished_at is not None and job.run_at is not None
        seconds = round((job.run_at - last.finished_at).total_seconds())
        return f"waits {seconds} s{', not an outage' if job.postponed_since is None else ''}"
    return "dead letter" if job.state == State.DEAD else str(job.state)


def _order(job: Job) -> list[str]:
    if job.subject_type != "order":
        return []
    return [f"order {Order.objects.get(pk=job.subject_id).status}"]


def _taken_up(job: Job) -> str:
    """By itself when it waits, by an owner's replay when it is dead."""
    by = "by itself" if job.state == State.DELAYED else "by a replay"
    if job.state == State.DEAD:
        retry(job_id=job.pk, actor=EDITOR, reason="The provider is well again.")
    AiBreaker.objects.filter(opened_at__isnull=False).update(trial_at=Now())
    drain(only=job.name, advance=True)
    job.refresh_from_db()
    return " · ".join([f"{job.state} {by}", *_order(job)])


def page(rows: dict[str, list[str]]) -> str:
    """As it stands in docs."""
    tables = ["\n".join([f"## {title}: `{JOBS[title]}`", "", *COLUMNS, *lines]) + "\n" for title, lines in rows.items()]
    return "\n".join([HEAD, *tables])


CASES = (
    Case("nobody listens", broken=_nobody),
    Case("no answer in time", broken=_silence),
    *(Case(f"{status}", fails(status)) for status in (408, 409, 500, 502, 503)),
    Case("429 rate limit", fails(429, "rate_limit_exceeded")),
    Case("429 rate limit, Retry-After 37", fails(429, "rate_limit_exceeded", **{"Retry-After": "37"})),
    Case("429 `insufficient_quota`", fails(429, "insufficient_quota")),
    Case("another call found the quota spent", broken=_quota_known_to_be_spent),
    Case("the day's budget is spent", broken=_nothing_left),
    Case("its own budget is spent", broken=_nothing_left_for_it),
    Case("a body that is no reply", lambda _: Response("<html>Bad gateway</html>", content_type="text/html")),
    Case("a response that failed", _gave_up),
    Case("400 bad request", fails(400, "invalid_value")),
    Case("401 authentication", fails(401, "invalid_api_key")),
    Case("403 permission", fails(403, "unsupported_country_region_territory")),
    Case("404 `model_not_found`", fails(404, "model_not_found")),
    Case("422", fails(422)),
    Case("no key is set", broken=_no_key),
    Case("the model refuses", _as("refusal")),
    Case("a content filter stops it", _filtered),
    Case("moderation objects", moderation=lambda _: _json(shapes.moderation(1, flagged=True))),
    Case("half an answer (`incomplete`)", _as("truncated")),
    Case("JSON of another shape", writes('{"hello": 1}')),
    Case("no JSON", writes("Sure! Here you go:")),
    Case("it fits, and fails the checks", _as("bad_edit")),
)
COLUMNS = (
    "| the provider | asked | calls kept as | job | attempts | what else | when it is well again |",
    "|---|---|---|---|---|---|---|",
)
HEAD = """# What each error of the AI provider does to the work

Played by `backlinks/tests/test_ai_error_table.py` against an HTTP server, over OpenAI's own client and the real
executor; the test fails when this page is not what it finds, and `WRITE_TABLE=1` writes it anew.

An outage of others waits and costs the job no attempt; a mistake of ours, a refusal and what moderation objects to go
to the dead letters at once; an unusable answer is asked for again, three times in all, with what was wrong with it.
While the account's quota or a budget is spent, nothing is asked and nothing is charged, and the work waits for as long
as that lasts: one call tries the quota again after an hour, and budgets begin anew each day.
"Asked" counts requests, the client's own second try among them. A wait is shown without its jitter of 20 %.
"""
