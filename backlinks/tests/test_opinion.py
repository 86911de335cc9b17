"""The AI editor's opinion of an edit: kept with it, shown, and never more than a warning."""

import json
import threading
from urllib.parse import urlsplit

import pytest
from werkzeug import Request, Response

from articles.clients import ai
from articles.models import AiEventLog
from backlinks import opinion
from backlinks.tests.ai_error_table import Says, fails, well, writes
from backlinks.tests.given import versions_of, written
from backlinks.tests.looking import browser, page, plain_static  # noqa: F401

pytestmark = pytest.mark.django_db


class Editor:
    """A provider that writes as the offline writer does, and edits as it is told."""

    def __init__(self, says: Says) -> None:
        self.says, self.asked = says, []

    def answer(self, request: Request) -> Response:
        question = json.loads(request.get_data())
        if json.loads(question["input"][0]["content"])["task"] != "review_edit":
            return well(question)
        self.asked.append(question)
        return self.says(question)


def thinks(score: int, remark: str) -> Says:
    return writes(json.dumps({"score": score, "remark": remark}))


@pytest.fixture
def edited_by(httpserver, settings, stripe):
    """An order written where the editor says this, and the editor."""

    def order_with(says: Says):
        editor = Editor(says)
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = httpserver.url_for("/v1"), "sk-of-these-tests"
        settings.OPENAI_MODEL, settings.OPENAI_MODERATION = "gpt-5-mini", False
        httpserver.expect_request("/v1/responses").respond_with_handler(editor.answer)
        return written(stripe), editor

    return order_with


def _opinion_in(order):
    (version,) = versions_of(order)
    return [result for result in version.certificate if result["check"] == opinion.CHECK]


def test_it_stands_in_the_certificate(stripe, openai):
    (result,) = _opinion_in(written(stripe))

    assert (result["passed"], result["blocking"], result["limit"]) == (True, False, "at least 60 of 100")
    assert result["measured"].startswith("100 of 100. By the offline reviewer")


def test_a_bad_one_warns_and_the_order_goes_on(edited_by):
    order, _ = edited_by(thinks(10, "It reads like an <b>advertisement</b>."))

    (result,) = _opinion_in(order)
    assert (result["passed"], result["blocking"]) == (False, False)
    assert result["measured"] == "10 of 100. It reads like an <b>advertisement</b>."
    assert order.status == "QUALITY_CHECK"


def test_it_is_shown_to_the_customer_escaped(edited_by):
    order, _ = edited_by(thinks(10, "It reads like an <b>advertisement</b>."))

    shown = browser(order).get(page(order)).content.decode()

    assert "It reads like an &lt;b&gt;advertisement&lt;/b&gt;." in shown


@pytest.mark.parametrize(
    "says",
    [fails(500), fails(429, "insufficient_quota"), fails(400), thinks(1000, "Better than good."), writes("{}")],
    ids=["an outage", "a spent quota", "our mistake", "a score beyond the scale", "another answer"],
)
def test_without_one_the_order_goes_on(edited_by, says):
    order, editor = edited_by(says)

    assert len(editor.asked) == 1
    assert _opinion_in(order) == []
    assert order.status == "QUALITY_CHECK"


def test_nobody_waits_for_it_for_long(edited_by, monkeypatch):
    monkeypatch.setattr(ai, "NOT_NEEDED_SECONDS", 0.3)
    taking_its_time = threading.Event()

    def slow(question):
        taking_its_time.wait(10)
        return thinks(90, "Late.")(question)

    order, editor = edited_by(slow)
    taking_its_time.set()

    assert (len(editor.asked), _opinion_in(order)) == (1, [])
    assert order.status == "QUALITY_CHECK"


def test_it_never_learns_the_address_or_the_notes(edited_by):
    order, editor = edited_by(thinks(80, ""))

    (question,) = editor.asked
    document = json.loads(question["input"][0]["content"])
    sent = "\n".join(document.values())
    assert order.anchor_text in document["after"]
    assert str(urlsplit(order.target_url).hostname) not in sent  # the rest of an address is escaped in Markdown
    assert order.customer_notes and order.customer_notes not in sent


def test_where_no_editor_is_wanted_none_is_asked(stripe, openai, settings):
    settings.AI_EDITOR = False

    order = written(stripe)

    assert _opinion_in(order) == []
    assert not AiEventLog.objects.filter(purpose=opinion.PURPOSE).exists()
