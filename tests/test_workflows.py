"""A brief becomes a published article through the quality gate and scheduled publishing; owners write workflows."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import keep_picture, needs_chromium
from tests.customer import Staff
from tests.system import RUN, System, until

MATERIAL = Path(__file__).parent / "material" / "winter_houseplants.md"
TOPIC = f"Bringing houseplants through the winter {RUN}"
POINTS = ["Finding the right light", "Watering with restraint", "Raising the humidity"]
BRIEF = {
    "topic": TOPIC,
    "niche": "gardening",
    "keyword": "winter houseplants",
    "points": "\n".join(POINTS),
    "sources": MATERIAL.read_text(encoding="utf-8"),
    "language": "en",
    "words": "450",
    "tone": "neutral",
    "email": f"desk-{RUN}@example.org",
}
LIST = "/admin/workflows/workflow/"
APPROVAL = {
    "start": "ask",
    "steps": {
        "ask": {"step": "wait-for-approval", "with": {"question": "Shall the desk hear of it?"},
                "branches": {"yes": "tell", "no": None}},
        "tell": {"step": "send_email", "with": {"to": f"told-{RUN}@example.org", "about": "It was approved",
                                                 "text": "Somebody said yes."}},
    },
}  # fmt: skip


def run_of(system: System, slug: str, subject: str) -> dict[str, object] | None:
    wanted = (
        "SELECT r.* FROM workflows_workflowrun r JOIN workflows_workflowversion v ON v.id = r.version_id"
        " JOIN workflows_workflow w ON w.id = v.workflow_id WHERE w.slug = %s AND r.subject_id = %s"
        " AND r.state NOT IN ('running', 'waiting') ORDER BY r.id DESC"
    )
    found = system.rows(wanted, slug, subject)
    return found[0] if found else None


def test_a_brief_becomes_a_published_article_through_both_workflows(system: System):
    editor = Staff(system, "editor")
    editor.get("/admin/articles/brief/add/")
    assert editor.post("/admin/articles/brief/add/", **BRIEF).status_code == 303

    wanted = "SELECT v.* FROM articles_articleversion v JOIN articles_brief b ON v.subject_id = b.id::text"
    asked = f"{wanted} WHERE v.subject_type = 'brief' AND b.topic = %s"
    (version,) = until(lambda: system.rows(asked, TOPIC), 60, "the draft")
    run = until(lambda: run_of(system, "quality-gate", str(version["id"])), 60, "the gate")
    assert run["state"] == "done", run["error"]
    (report,) = system.rows("SELECT * FROM articles_qualityreport WHERE version_id = %s", version["id"])
    assert report["sha256"] == version["sha256"] and report["score"] >= 70
    (workflow,) = system.rows("SELECT id FROM workflows_workflow WHERE slug = 'scheduled-publishing'")
    assert editor.post(f"{LIST}{workflow['id']}/start/", subject_type="", subject_id="").status_code == 303

    published = "SELECT a.slug FROM articles_article a WHERE a.published_version_id = %s"
    (article,) = until(lambda: system.rows(published, version["id"]), 60, "its being live")
    page = system.http.get(f"{system.demo['site']}/articles/{article['slug']}/")
    assert page.status_code == 200 and POINTS[0] in page.text
    until(lambda: system.messages(f"desk-{RUN}@example.org")[1:], 30, "that it is written, and that it is live")
    assert {"Live" in letter["subject"] for letter in system.messages(f"desk-{RUN}@example.org")} == {True, False}


@pytest.fixture
def slow_model(system: System) -> Iterator[None]:
    """So that there is a middle of a step."""
    system.control("openai", mode="ok", delay_seconds=3)
    yield
    system.control("openai", mode="ok", delay_seconds=0)


def test_a_worker_killed_in_the_middle_of_a_step_and_one_between_two_delay_the_run_and_no_more(
    system: System, article: dict[str, object], slow_model: None
):
    """SIGKILL while the model reads, and again when the run has gone on: each step ends once, with its effect."""
    (version,) = system.rows("SELECT published_version_id AS id FROM articles_article WHERE id = %s", article["id"])
    (workflow,) = system.rows("SELECT id FROM workflows_workflow WHERE slug = 'quality-gate'")
    editor, about = Staff(system, "editor"), str(version["id"])
    editor.post(f"{LIST}{workflow['id']}/start/", subject_type="article_version", subject_id=about)
    steps = (
        "SELECT s.key, s.state, j.state AS job, j.attempt, j.rescues FROM workflows_workflowstepexecution s"
        " JOIN workflows_workflowrun r ON r.id = s.run_id JOIN queues_job j ON j.id = s.job_id"
        " WHERE r.subject_id = %s AND r.started_by = %s ORDER BY s.id"
    )

    def now() -> list[dict[str, object]]:
        return system.rows(steps, about, system.demo["editor"]["email"])

    until(lambda: any(step["job"] == "active" for step in now()), 20, "the review at work")
    system.kill("worker-ai")
    until(lambda: len(now()) > 1, 40, "the next step")
    system.kill("worker-ai")

    run = until(lambda: run_of(system, "quality-gate", about), 60, "the end of the run")
    assert run["state"] == "done", run["error"]
    ended = now()
    assert [(step["key"], step["state"], step["attempt"]) for step in ended] == [
        ("review", "done", 1), ("report", "done", 1), ("gate", "done", 1),
    ]  # fmt: skip
    assert ended[0]["rescues"] == 1
    reports = "SELECT count(*) AS n FROM articles_qualityreport WHERE version_id = %s"
    assert system.rows(reports, version["id"])[0]["n"] == 1


def signed_in(browser: Browser, system: System, role: str) -> Page:
    page = browser.new_page(base_url=system.demo["site"])
    page.goto("/admin/login/")
    page.locator("input[name=username]").fill(system.demo[role]["email"])
    page.locator("input[name=password]").fill(system.demo[role]["password"])
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/admin/"))
    return page


@needs_chromium
def test_a_workflow_is_written_wrong_mended_started_and_its_timeline_read(browser: Browser, system: System):
    page = signed_in(browser, system, "owner")
    page.goto(f"{LIST}add/")
    page.get_by_label("Name").fill(f"Ask first {RUN}")
    page.get_by_label("Slug").fill(f"ask-first-{RUN}")
    wrong = json.dumps(APPROVAL, indent=2).replace("send_email", "send_mail")
    page.get_by_label("Definition").fill(wrong)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("steps.tell.step: there is no 'send_mail'")
    assert page.get_by_label("Definition").input_value() == wrong
    keep_picture(page, "workflow-wrong")

    page.get_by_label("Definition").fill(json.dumps(APPROVAL, indent=2))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("svg.workflow rect")).to_have_count(2)
    keep_picture(page, "workflow")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="Shall the desk hear of it?")).to_be_visible(timeout=30_000)
    keep_picture(page, "workflow-run-waiting")
    page.get_by_role("button", name="Yes").click()

    expect(page.locator(".desk h1")).to_contain_text("done", timeout=30_000)
    expect(page.locator(".timeline li.done")).to_have_count(2)
    keep_picture(page, "workflow-run")
    assert until(lambda: system.messages(f"told-{RUN}@example.org"), 30, "the email")[0]["subject"] == "It was approved"
    page.close()
