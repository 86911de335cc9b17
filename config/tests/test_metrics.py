"""What Prometheus reads: who may, that each figure is right, and that whatever the examples name is there."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from django.conf import settings as configured
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from accounts.roles import Role
from analytics.lately import Lately
from audit.tests.sealed import OWNER, entry, tamper
from config import metrics as module
from queues.alerts import Kind, raise_alert
from queues.declare import QUEUES
from queues.models import Counter
from queues.pausing import pause

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
OPERATIONS = configured.BASE_DIR / "docs" / "operations"
TOKEN = "a-long-token-of-these-tests"
NAMED = re.compile(r"\b(copydesk_[a-z_]+)(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)\s*(?:=~|!=|!~|=)\s*"([^"]*)"')
HOUR = Lately(
    paid={"usd": 9800},
    refunded={"usd": 4900},
    orders={"FAILED": 2, "ADMIN_REVIEW": 1},
    ai_calls={"answered": 3, "later": 1},
    ai_cost_micro=1_250_000,
)


@pytest.fixture
def scraped(client, settings):
    """Samples by name and labels, as Prometheus would have them."""
    settings.METRICS_TOKEN = TOKEN

    def scrape() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return scrape


def key(name: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return f"copydesk_{name}", tuple(sorted(labels.items()))


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"])
def test_who_does_not_bring_the_token_reads_nothing(client, settings, header):
    settings.METRICS_TOKEN = TOKEN

    assert client.get("/metrics", headers={"authorization": header}).status_code == 403


def test_no_token_set_lets_nobody_in_by_it(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 403


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.EDITOR, 403), (Role.CUSTOMER, 403)])
def test_of_the_people_owners_read_it(client, role, status):
    client.force_login(User.objects.create_user("somebody@copydesk.example", role))

    assert client.get("/metrics").status_code == status
    assert client.post("/metrics").status_code == 405
    assert module.metrics.permission == "queues.view_metrics"


def test_what_the_web_answered_is_counted_by_route(client, scraped):
    before = scraped()
    for path in ("/articles/no-such-article/", "/articles/nor-this-one/", "/no/such/address"):
        assert client.get(path).status_code == 404
    client.generic("BREW", "/healthz")

    after = scraped()

    def more(name: str, **labels: str) -> float:
        return after[key(name, **labels)] - before.get(key(name, **labels), 0)

    page = "/articles/<slug:slug>/"
    assert more("http_requests_total", route=page, method="GET", status="404") == 2
    assert more("http_requests_total", route="nowhere", method="GET", status="404") == 1
    assert more("http_requests_total", route="/healthz", method="other", status="405") == 1
    assert (
        more("http_request_seconds_count", route=page)
        == more("http_request_seconds_bucket", route=page, le="+Inf")
        == 2
    )


def test_queues_are_read_from_their_counters(scraped):
    Counter.objects.create(queue="dlq", enqueued=21, waiting=2, dispatched=1, active=3, delayed=4, completed=5, dead=5)
    pause(queue="email.send", actor=OWNER, reason="the server moves")

    told = scraped()

    jobs = {state: told[key("queue_jobs", queue="dlq", state=state)] for state in ("waiting", "active", "delayed")}
    assert jobs == {"waiting": 3, "active": 3, "delayed": 4}
    assert told[key("queue_ended_total", queue="dlq", outcome="completed")] == 5
    assert (told[key("queue_enqueued_total", queue="dlq")], told[key("queue_dead_letters", queue="dlq")]) == (21, 5)
    assert told[key("queue_drift", queue="dlq")] == 1
    assert [told[key("queue_paused", queue=queue)] for queue in ("dlq", "email.send")] == [0, 1]
    assert {labels[0][1] for name, labels in told if name == "copydesk_queue_workers"} == set(QUEUES)


def test_money_ai_alerts_and_the_record(scraped, monkeypatch):
    monkeypatch.setattr(module, "lately", lambda: HOUR)
    late = entry()
    tamper(f"UPDATE audit_auditentry SET at = now() - interval '10 minutes' WHERE id = {late}")
    raise_alert(kind=Kind.RECORD, about="audit", message="Nothing is sealed any more.")

    told = scraped()

    assert (told[key("paid_minor_last_hour", currency="usd")], told[key("orders", status="FAILED")]) == (9800, 2)
    assert told[key("refunded_minor_last_hour", currency="usd")] == 4900
    assert (told[key("ai_cost_dollars_last_hour")], told[key("ai_calls_last_hour", outcome="later")]) == (1.25, 1)
    assert (told[key("alerts", kind="record")], told[key("alerts", kind="drift")]) == (1, 0)
    assert 600 <= told[key("audit_unsealed_seconds")] < 700


def test_without_a_database_it_says_so_and_nothing_else(scraped, monkeypatch):
    monkeypatch.setattr(module.health, "_database", lambda: False)

    told = scraped()

    assert told[key("ready", part="database")] == 0
    assert {name for name, _ in told if not name.startswith("copydesk_http_")} == {"copydesk_ready"}


def test_it_asks_as_much_however_much_there_is(client, settings, django_assert_max_num_queries):
    settings.METRICS_TOKEN = TOKEN
    client.get("/readyz")

    with django_assert_max_num_queries(25):
        client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})


def test_the_processes_of_one_server_add_up(tmp_path):
    """Two of them count into the folder, a third reads it."""
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(configured.BASE_DIR)}
    count = "from config.web_metrics import REQUESTS; REQUESTS.labels('/', 'GET', '200').inc(2)"
    read = (
        "from prometheus_client import generate_latest; from config.web_metrics import registry;"
        " print(generate_latest(registry()).decode())"
    )

    def run(script: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", script], env=environ, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    run(count)
    run(count)

    assert 'copydesk_http_requests_total{method="GET",route="/",status="200"} 4.0' in run(read)


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def targets() -> list[str]:
    board = json.loads((OPERATIONS / "dashboard.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def test_every_figure_the_examples_name_is_there_under_these_labels(scraped, monkeypatch):
    monkeypatch.setattr(module, "lately", lambda: HOUR)
    scraped()
    there: dict[str, dict[str, set[str]]] = {}
    for name, labels in scraped():
        values = there.setdefault(name, {})
        for label, value in labels:
            values.setdefault(label, set()).add(value)

    named = [found for expr in [rule["expr"] for rule in rules()] + targets() for found in NAMED.findall(expr)]

    assert {name for name, _ in named} - set(there) == set()
    for name, selector in named:
        for label, value in LABEL.findall(selector):
            assert label in there[name], (name, label)
            if label in ("state", "kind", "outcome") and "|" not in value:
                assert value in there[name][label], (name, value)
    everything = " ".join([rule["expr"] for rule in rules()] + targets())
    unwatched = {name for name in there if name not in everything and not name.endswith(("_count", "_sum", "_created"))}
    assert unwatched == set()


def test_every_rule_says_what_is_wrong_and_what_to_do():
    names = [rule["alert"] for rule in rules()]

    assert (len(names), len(set(names))) == (16, 16)
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert re.fullmatch(r"\d+[mh]", rule["for"])
        assert rule["annotations"].keys() == {"summary", "description"}
        assert all(rule["expr"].count(a) == rule["expr"].count(b) for a, b in ("()", "{}", "[]"))
