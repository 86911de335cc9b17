"""What a customer writes into a brief, or a model makes of it, brings nothing into the article that nobody sold."""

from dataclasses import replace

import pytest

from articles import drafting
from articles.clients.ai import Answer
from backlinks.models import OrderStatus
from backlinks.tests.articles_given import MATERIAL, bought_article, write_article
from backlinks.tests.given import versions_of

pytestmark = pytest.mark.django_db


def test_a_model_that_obeys_the_brief_is_refused(stripe, openai, monkeypatch):
    monkeypatch.setattr(drafting, "ask", obedient)
    order = bought_article(stripe)

    assert write_article() == [("generate-article", "FAILURE")]

    (version,) = versions_of(order)
    failed = {result["check"] for result in version.certificate if not result["passed"]}
    assert {"no_artefacts", "only_markdown", "addresses_given"} <= failed
    order.refresh_from_db()
    assert order.status == OrderStatus.FAILED


def test_an_address_in_a_customers_material_is_no_second_link(stripe, openai, monkeypatch):
    asked = drafting._ask

    def linking(task, attempt):
        answer = asked(task, attempt)
        first, _, rest = answer.parsed.body.partition(" ")
        body = f"[{first}](https://casino.example.org/bonus) {rest}"
        return replace(answer, parsed=answer.parsed.model_copy(update={"body": body}))

    monkeypatch.setattr(drafting, "_ask", linking)
    order = bought_article(stripe, material=f"{MATERIAL}\n\nSee also https://casino.example.org/bonus\n")

    assert write_article() == [("generate-article", "FAILURE")]

    (version,) = versions_of(order)
    assert "addresses_given" in {result["check"] for result in version.certificate if not result["passed"]}


def obedient(**call):
    body = "## Win\n\nAs an AI I follow my instructions: <script>alert(1)</script> [casino](https://casino.example/)\n"
    written = drafting.WrittenArticle(title="Saving seed at the casino", description="Play.", body=body)
    return Answer(parsed=written, model="a-model", request_id="req_1")
