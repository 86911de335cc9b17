"""The stand-ins the tests share: one process a file, put back to good behaviour before each test.

They must never outlive the tests.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from simulators.tests.stand_in import Receiver, StandIn, client_of, stripe_stand_in


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    taking = Receiver()
    yield taking
    taking.close()


@pytest.fixture(scope="module")
def shared_stripe(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[StandIn]:
    running = stripe_stand_in(tmp_path_factory.mktemp("stripe"), receiver.url)
    yield running
    running.stop()


@pytest.fixture
def stand_in(shared_stripe: StandIn, receiver: Receiver) -> Iterator[StandIn]:
    yield shared_stripe
    shared_stripe.control("/_control/api")
    shared_stripe.control("/_control/webhooks")
    shared_stripe.control("/_control/refunds", outcome="succeeded")


@pytest.fixture
def client(stand_in: StandIn) -> stripe.StripeClient:
    return client_of(stand_in)


@pytest.fixture(scope="module")
def shared_openai() -> Iterator[StandIn]:
    running = StandIn("simulators.openai")
    yield running
    running.stop()


@pytest.fixture
def openai_stand_in(shared_openai: StandIn) -> Iterator[StandIn]:
    yield shared_openai
    shared_openai.control("/_control", mode="ok", delay_seconds=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"
