"""An owner in a real browser: a failed job is read and replayed, then five hundred; a queue is held and let go."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import keep_picture, needs_chromium, watched_window
from tests.customer import Customer
from tests.system import ROOT, System, until

pytestmark = needs_chromium
MANY = 500
REFRESHED = 25_000  # milliseconds: the pages look again every 10 s
_ENQUEUE = """
import sys, django; django.setup()
from queues.enqueue import enqueue_many
print(enqueue_many(sys.argv[1], [{"run": "journey"}] * int(sys.argv[2])))
"""


@pytest.fixture(autouse=True)
def everything_is_well_again(system: System) -> Iterator[None]:
    """The model answers, and what was left dead is replayed, by a program with the owner's token."""
    yield
    system.control("openai", mode="ok")
    if letters_left(system, "selftest-fails"):
        answer = system.http.post(
            system.demo["site"] + "/api/owner/queues/dlq/replay",
            headers={"Authorization": f"Bearer {system.demo['owner']['api_token']}"},
            json={"filter": {"name": "selftest-fails"}, "reason": "they were only made to fail"},
        )
        assert answer.status_code == 202, answer.text
    until(lambda: counted(system, "queues_job WHERE name = 'selftest-fails' AND state <> 'completed'") == 0, 60, "rest")


@pytest.fixture
def desk(window: BrowserContext, system: System) -> Page:
    return signed_in(window, system)


def signed_in(window: BrowserContext, system: System) -> Page:
    page = window.new_page()
    page.goto("/admin/queues/")
    page.get_by_label(re.compile("email", re.IGNORECASE)).fill(system.demo["owner"]["email"])
    page.locator("input[name=password]").fill(system.demo["owner"]["password"])
    page.locator("button[type=submit]").first.click()
    page.wait_for_url("**/admin/queues/")
    return page


def enqueue_many(system: System, name: str, n: int) -> None:
    """By a process that knows only the database: what is enqueued is a row."""
    environ = {
        "SECRET_KEY": json.loads((system.home / "secrets.json").read_text())["SECRET_KEY"],
        "DATABASE_URL": system.demo["database_url"],
        "REDIS_URL": system.demo["redis_url"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-c", _ENQUEUE, name, str(n)]
    said = subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
    assert said.stdout.split()[-1] == str(n)


def counted(system: System, sql: str, *parameters: Any) -> int:
    return int(system.rows(f"SELECT count(*) AS n FROM {sql}", *parameters)[0]["n"])


def letters_left(system: System, name: str) -> int:
    return counted(system, "queues_deadletter WHERE name = %s AND (replayed_at IS NULL OR died_at > replayed_at)", name)


def test_a_failed_job_is_found_read_and_replayed_with_a_reason(
    desk: Page, system: System, customer: Customer, article: dict[str, Any]
):
    system.control("openai", mode="bad_edit")
    customer.buy(article)
    customer.reach("FAILED", seconds=60)
    (job,) = customer.jobs()

    desk.goto("/admin/queues/dlq/")
    expect(desk.locator("#groups")).to_contain_text("integrate-backlink")
    keep_picture(desk, "owner-dead-letters")
    desk.locator(f"#letter-{job['id']} a[data-drawer]").click()
    drawer = desk.locator("#queues-drawer")
    expect(drawer.locator("#job-heading")).to_have_text("integrate-backlink")
    expect(drawer.locator("#letter-error")).not_to_be_empty()
    keep_picture(desk, "owner-dead-letter-drawer")

    system.control("openai", mode="ok")
    drawer.get_by_role("link", name="Replay it").click()
    dialog = desk.locator("#queues-dialog")
    dialog.get_by_role("textbox").fill("the model answers properly again")
    keep_picture(desk, "owner-replay-confirm")
    dialog.get_by_role("button", name=re.compile("replay", re.IGNORECASE)).click()

    customer.reach("QUALITY_CHECK", seconds=60)
    desk.goto(f"/admin/queues/backlink-integration/jobs/{job['id']}/")
    expect(desk.locator("#job")).to_contain_text("Completed")
    expect(desk.locator("#job")).to_contain_text("the model answers properly again")
    keep_picture(desk, "owner-job-replayed")
    (kept,) = system.rows("SELECT * FROM queues_deadletter WHERE job_id = %s", job["id"])
    assert (kept["replays"], kept["replay_reason"]) == (1, "the model answers properly again")
    said = "audit_auditentry WHERE action = 'job.replayed' AND target_id = %s AND reason = %s"
    assert counted(system, said, str(job["id"]), "the model answers properly again") == 1


def test_five_hundred_dead_jobs_are_replayed_at_once(desk: Page, system: System):
    done = "queues_job WHERE name = 'selftest-fails' AND state = 'completed'"
    before = counted(system, done)
    enqueue_many(system, "selftest-fails", MANY)
    until(lambda: letters_left(system, "selftest-fails") == MANY, 120, "five hundred dead letters")

    desk.goto("/admin/queues/dlq/?name=selftest-fails")
    expect(desk.locator("#letters-heading")).to_contain_text(f"{MANY} letters")
    keep_picture(desk, "owner-bulk")
    desk.get_by_role("link", name="Replay all", exact=True).click()
    dialog = desk.locator("#queues-dialog")
    expect(dialog).to_contain_text(str(MANY))
    dialog.get_by_role("textbox").fill("they were only made to fail")
    keep_picture(desk, "owner-bulk-confirm")
    dialog.get_by_role("button", name=re.compile("replay", re.IGNORECASE)).click()

    desk.wait_for_url("**/dlq/bulk/**")
    expect(desk.locator("#order-tally")).to_contain_text(str(MANY), timeout=90_000)
    keep_picture(desk, "owner-bulk-done")
    until(lambda: counted(system, done) == before + MANY, 60, "all of them completed")
    assert letters_left(system, "selftest-fails") == 0


def test_a_paused_queue_grows_before_the_eyes_and_goes_on_when_resumed(desk: Page, system: System):
    desk.goto("/admin/queues/selftest/")
    waiting = desk.locator("#tab-waiting .q-count")
    before = counted(system, "queues_job WHERE name = 'selftest-completes' AND state = 'completed'")
    desk.get_by_role("link", name="Pause", exact=True).click()
    desk.locator("#queues-dialog").get_by_role("textbox").fill("to see what comes in")
    desk.locator("#queues-dialog").get_by_role("button", name="Pause the queue").click()
    expect(desk.locator("#paused")).to_contain_text("to see what comes in")
    expect(waiting).to_have_text("0")

    enqueue_many(system, "selftest-completes", 30)
    expect(waiting).to_have_text("30", timeout=REFRESHED)
    enqueue_many(system, "selftest-completes", 12)
    expect(waiting).to_have_text("42", timeout=REFRESHED)
    keep_picture(desk, "owner-paused")
    assert counted(system, "queues_job WHERE name = 'selftest-completes' AND state = 'completed'") == before

    desk.get_by_role("link", name="Resume", exact=True).click()
    desk.locator("#queues-dialog").get_by_role("button", name="Resume the queue").click()
    expect(desk.locator("#paused")).to_have_count(0)
    expect(waiting).to_have_text("0", timeout=REFRESHED)
    keep_picture(desk, "owner-resumed")
    after = "queues_job WHERE name = 'selftest-completes' AND state = 'completed'"
    until(lambda: counted(system, after) == before + 42, 30, "all that waited")


def test_a_refresh_keeps_what_was_ticked_typed_scrolled_and_opened(desk: Page, system: System):
    enqueue_many(system, "selftest-fails", 60)
    until(lambda: letters_left(system, "selftest-fails") == 60, 90, "sixty dead letters")
    desk.goto("/admin/queues/dlq/?name=selftest-fails")
    box, search = desk.locator("#letters input[name=id]").nth(3), desk.locator("#q")
    box.check()
    search.fill("half a wor")
    desk.locator("#letters a[data-drawer]").nth(5).click()
    expect(desk.locator("#queues-drawer #job-heading")).to_be_visible()
    desk.evaluate("scrollTo(0, 700)")
    was = desk.evaluate("[scrollY, document.querySelector('[data-updated]').textContent]")

    desk.wait_for_function(
        "was => document.querySelector('[data-updated]').textContent !== was", arg=was[1], timeout=REFRESHED
    )

    assert desk.evaluate("scrollY") == was[0]
    expect(box).to_be_checked()
    expect(search).to_have_value("half a wor")
    expect(desk.locator("#queues-drawer #job-heading")).to_be_visible()


def test_without_javascript_a_job_is_read_and_replayed_by_plain_links_and_forms(browser: Browser, system: System):
    enqueue_many(system, "selftest-fails", 1)
    until(lambda: letters_left(system, "selftest-fails") > 0, 60, "a dead letter")
    with watched_window(browser, system.demo["site"], java_script_enabled=False) as window:
        page = signed_in(window, system)
        page.goto("/admin/queues/dlq/?name=selftest-fails")
        page.locator("#letters a[data-drawer]").first.click()
        page.wait_for_url(re.compile(r"/dlq/[0-9a-f-]{36}/$"))
        job_id = page.url.rstrip("/").rpartition("/")[2]
        page.get_by_role("link", name="Replay it").click()
        page.get_by_role("textbox").fill("by hand, without a script")
        page.locator("#confirm button[type=submit]").click()
        page.wait_for_url(re.compile(r"/dlq/"))

    until(
        lambda: system.rows("SELECT state FROM queues_job WHERE id = %s", job_id)[0]["state"] == "completed",
        30,
        "the replayed job",
    )
    (kept,) = system.rows("SELECT replay_reason FROM queues_deadletter WHERE job_id = %s", job_id)
    assert kept["replay_reason"] == "by hand, without a script"


def test_an_editor_sees_neither_the_link_nor_the_pages(browser: Browser, system: System):
    context = browser.new_context(base_url=system.demo["site"])
    page = context.new_page()
    page.goto("/admin/")
    page.get_by_label(re.compile("email", re.IGNORECASE)).fill(system.demo["editor"]["email"])
    page.locator("input[name=password]").fill(system.demo["editor"]["password"])
    page.locator("button[type=submit]").first.click()
    page.wait_for_url("**/admin/")

    expect(page.locator('a[href^="/admin/queues/"]')).to_have_count(0)
    answer = page.goto("/admin/queues/dlq/")

    assert answer is not None
    assert answer.status == 403
    refused = "audit_auditentry WHERE action = 'access.refused' AND actor_label = %s"
    assert counted(system, refused, system.demo["editor"]["email"]) >= 1
    context.close()
