"""Plugins on a running system: one that never ends is ended, and harms nothing else of its worker."""

import json
import time

from tests.chromium import keep_picture, needs_chromium
from tests.customer import Staff
from tests.system import RUN, System, until

LIST = "/admin/plugins/plugin/"
ANY = {"type": "object"}
BAD = {
    "loops": "def run(given):\n    while True: pass\n",
    "hoards": "def run(given):\n    x = 'x'\n    while True: x += x\n",
    "reaches-out": "def run(given):\n    return open('/etc/passwd').read()\n",
}


def taken(owner: Staff, name: str, source: str) -> int:
    says = {"name": name, "version": "1.0.0", "title": name, "input": ANY, "output": ANY}
    answer = owner.post(f"{LIST}add/", manifest=json.dumps(says), source=source)
    assert answer.status_code == 302, answer.text
    plugin = int(answer.headers["location"].rstrip("/").split("/")[-2])
    assert owner.post(f"{LIST}{plugin}/switch/", on="1").status_code == 303
    return plugin


def runs(system: System, plugin: int) -> list[dict[str, object]]:
    wanted = (
        "SELECT l.state, l.error, l.output FROM plugins_pluginexecutionlog l"
        " JOIN plugins_pluginversion v ON v.id = l.version_id WHERE v.plugin_id = %s ORDER BY l.id"
    )
    return [run for run in system.rows(wanted, plugin) if run["state"] != "asked"]


def test_what_never_ends_is_ended_while_others_of_its_worker_are_carried_out(system: System):
    owner = Staff(system, "owner")
    (example,) = system.rows("SELECT id FROM plugins_plugin WHERE name = 'headline-checker'")
    bad = {name: taken(owner, f"{name}-{RUN}", source) for name, source in BAD.items()}

    for plugin in bad.values():
        assert owner.post(f"{LIST}{plugin}/try/", given="{}", article="").status_code == 303
    began = time.monotonic()
    headline = json.dumps({"headline": "SHOCKING news about tools!"})
    assert owner.post(f"{LIST}{example['id']}/try/", given=headline, article="").status_code == 303

    (good,) = until(lambda: runs(system, example["id"]), 20, "the headline")
    assert good["state"] == "done" and good["output"]["score"] == 25
    assert time.monotonic() - began < 15
    ended = {name: until(lambda of=plugin: runs(system, of), 20, name)[0] for name, plugin in bad.items()}
    assert {name: run["state"] for name, run in ended.items()} == dict.fromkeys(BAD, "failed")
    assert "TimeoutError" in ended["loops"]["error"] and "MemoryError" in ended["hoards"]["error"]
    assert "PermissionError" in ended["reaches-out"]["error"]


@needs_chromium
def test_an_owner_reads_a_plugin_and_its_runs(browser, system: System):
    (example,) = system.rows("SELECT id FROM plugins_plugin WHERE name = 'headline-checker'")
    page = browser.new_page(base_url=system.demo["site"])
    page.goto(f"{LIST}{example['id']}/change/")
    page.locator("input[name=username]").fill(system.demo["owner"]["email"])
    page.locator("input[name=password]").fill(system.demo["owner"]["password"])
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/change/")

    page.locator("textarea[name=given]").fill('{"headline": "A quiet headline"}')
    page.get_by_role("button", name="Run", exact=True).click()
    until(
        lambda: [run for run in runs(system, example["id"]) if run["output"] == {"score": 100, "findings": []}],
        20,
        "it",
    )
    page.reload()

    assert page.get_by_role("cell", name="Done").count() >= 1
    keep_picture(page, "plugins-one")
    page.goto(f"{LIST}add/")
    keep_picture(page, "plugins-install")
    page.close()
