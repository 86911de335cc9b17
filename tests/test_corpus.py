"""Real articles through the real path: every post of the corpus, with the writer behind its own HTTP interface."""

import json
import subprocess
import sys
from collections.abc import Iterator

import httpx2 as httpx
import pytest

from articles.corpus_report import Assignment, Edit, report
from backlinks.weaving import WovenLink
from simulators.services.ports import free_port
from tests.system import ROOT, until

CORPUS = ROOT.parent / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")


@pytest.fixture(scope="module")
def writer() -> Iterator[str]:
    """The offline writer's address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "simulators.openai", "--port", str(port)], cwd=ROOT)
    try:
        until(lambda: _answers(port), 20, "the writer")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/v1/models", timeout=2).status_code in (200, 401)
    except httpx.HTTPError:
        return False


def test_every_post_is_integrated_or_refused_with_a_reason(writer: str, record_property):
    posts = sum(1 for path in CORPUS.rglob("*.md") if path.name != "SOURCES.md")

    with httpx.Client(timeout=30, headers={"Authorization": "Bearer only-for-tests"}) as http:
        outcome = report(CORPUS, lambda assignment: _ask(http, writer, assignment))

    print(f"\n{outcome}")
    record_property("corpus", str(outcome))
    assert outcome.violations == []
    assert (outcome.posts, outcome.byte_exact) == (posts, posts)
    assert outcome.integrated == outcome.eligible > posts / 2
    assert outcome.refused.total() == posts - outcome.eligible


def _ask(http: httpx.Client, writer: str, assignment: Assignment) -> Edit:
    """The product's own request, in the product's own words (backlinks.weaving)."""
    document = {
        "task": "weave_link",
        "language": assignment.language,
        "anchor": assignment.anchor,
        "target_topic": "guides working together",
        "paragraphs": [
            {"id": item.id, "heading": item.heading, "text": item.source, "following": item.following}
            for item in assignment.paragraphs
        ],
        "tried": [{"paragraph_id": edit.paragraph_id, "mode": edit.mode} for edit in assignment.tried],
        "failed_checks": [
            {"check": check.check, "measured": check.measured, "limit": check.limit} for check in assignment.failed
        ],
        "variation": f"corpus:{len(assignment.tried)}",
    }
    wish = {
        "model": "any",
        "input": [{"role": "user", "content": json.dumps(document)}],
        "text": {
            "format": {"type": "json_schema", "name": "edit", "strict": True, "schema": WovenLink.model_json_schema()}
        },
    }
    answer = http.post(f"{writer}/responses", json=wish)
    assert answer.status_code == 200, answer.text
    (message,) = answer.json()["output"]
    edit = WovenLink.model_validate_json(message["content"][0]["text"])
    return Edit(edit.paragraph_id, edit.mode, edit.new_text)
