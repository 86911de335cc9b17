"""Every operation of the API as it describes itself, asked by Schemathesis as everybody.

No error of ours, no answer that the description does not know, and nothing of another customer's. Longer, by hand:
`OPENAPI_EXAMPLES=200 make journeys ARGS="tests/test_openapi.py --timeout 3600"`.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from tests.conftest import LONG, published
from tests.customer import Customer
from tests.system import RUN, System, launched

pytestmark = pytest.mark.journey
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "10"))  # of each operation and caller
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
WHO = ("nobody", "customer", "owner")
OPERATIONS = 32  # at least, and these answers among all
STATUS, QUEUES = "GET /api/v1/purchase/status/{order_id}", "GET /api/owner/queues"
MUST_SEE = {
    "nobody": {("GET /api/v1/articles", 200), (STATUS, 404), (QUEUES, 401)},
    "customer": {("GET /api/v1/articles", 200), (STATUS, 200), (STATUS, 404), (QUEUES, 401)},
    "owner": {(QUEUES, 200), ("GET /api/owner/queues/{name}/jobs", 200), ("GET /api/owner/queues/dlq", 200)},
}


@dataclass
class Asked:
    """One caller's conversation with a site of its own, and what must never be said in it."""

    system: System
    headers: dict[str, str]
    known: dict[str, list[str]]  # what an argument of this name may be, so that real answers are seen
    hidden: list[str]
    statuses: Counter[int] = field(default_factory=Counter)
    answers: set[tuple[str, int]] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)

    def ask(self, case: Any, choice: int) -> None:
        self._put_in(case, choice)
        self._forget_the_limits()
        answer = case.call(headers=self.headers)
        self.statuses[answer.status_code] += 1
        self.answers.add((case.operation.label, answer.status_code))
        case.validate_response(answer, checks=CHECKS)
        sent = json.dumps([case.path_parameters, case.query, str(case.body)], default=str)
        leaked = [secret for secret in self.hidden if secret in answer.text and secret not in sent]
        assert leaked == [], f"{case.method} {case.formatted_path} told of {leaked}"

    def _put_in(self, case: Any, choice: int) -> None:
        """Two of three cases are about what is really there."""
        given = [case.path_parameters, case.body if isinstance(case.body, dict) else {}]
        for arguments in given:
            for name in set(arguments or {}) & set(self.known) if choice else ():
                values = self.known[name]
                arguments[name] = values[choice % len(values)]

    def _forget_the_limits(self) -> None:
        with psycopg.connect(self.system.demo["database_url"]) as connection:
            connection.execute("DELETE FROM accounts_ratewindow")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Of its own: an owner who tries everything would pause and delete what other journeys wait for.

    Or the one under way in the folder OPENAPI_HOME names, as JOURNEYS_HOME for the others.
    """
    under_way = os.environ.get("OPENAPI_HOME")
    if under_way:
        yield System(Path(under_way))
        return
    with launched(tmp_path_factory.mktemp("openapi") / "home") as running:
        yield running


@pytest.fixture(scope="module")
def customers(own, tmp_path_factory) -> tuple[Customer, Customer]:
    """Each with an order that is written; the second one's is nobody else's business."""
    article = published(own, tmp_path_factory.mktemp("article"), f"openapi-{RUN}", LONG)
    mine, theirs = (Customer(own, f"{name}-{RUN}@example.org") for name in ("asks", "hidden-from-others"))
    for customer in (mine, theirs):
        customer.buy(article).reach("QUALITY_CHECK", seconds=60)
    return mine, theirs


@pytest.fixture
def asked(own, customers, who) -> Asked:
    mine, theirs = customers
    token = {"customer": mine.token, "owner": own.demo["owner"]["api_token"]}.get(who)
    jobs = own.rows("SELECT id::text, queue FROM queues_job ORDER BY id DESC LIMIT 20")
    known = {
        **{key: [mine.order_id, theirs.order_id] for key in ("order_id", "orderId", "quoteId")},
        "job_id": [job["id"] for job in jobs],
        "name": sorted({job["queue"] for job in jobs}),
    }
    hidden = [] if who == "owner" else [theirs.order_id, theirs.email, theirs.target]
    return Asked(own, {"Authorization": f"Bearer {token}"} if token else {}, known, hidden)


@pytest.mark.parametrize("who", WHO)
def test_every_operation_answers_as_described_and_tells_nothing_of_others(own, asked, who):
    schema = schemathesis.openapi.from_url(f"{own.demo['site']}/api/schema/?format=json")
    schema.config.generation.update(with_security_parameters=False)  # who asks is said here
    operations = [found.ok() for found in schema.get_all_operations()]

    for operation in operations:
        _try(operation, asked)

    print(f"{len(operations)} operations as {who}: {dict(sorted(asked.statuses.items()))}")
    assert asked.faults == {}
    assert len(operations) >= OPERATIONS
    assert MUST_SEE[who] - asked.answers == set()
    assert not asked.statuses[429]


def _try(operation: Any, asked: Asked) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), choice=st.sampled_from([1, 2, 0]))
    def one(case: Any, choice: int) -> None:
        asked.ask(case, choice)

    try:
        one()
    except Exception as fault:  # all operations are tried, and every fault told at once
        asked.faults[operation.label] = str(fault)[:2000]
