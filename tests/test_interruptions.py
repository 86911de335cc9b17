"""Kills, wipes and outages in the middle: the order still reaches review, once."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.customer import Customer
from tests.system import System, until


@pytest.fixture
def slow_model(system: System) -> Iterator[None]:
    """The model takes three seconds, so that there is a middle to interrupt."""
    system.control("openai", mode="ok", delay_seconds=3)
    yield
    system.control("openai", mode="ok", delay_seconds=0)


@pytest.fixture(autouse=True)
def everything_is_well_again(system: System) -> Iterator[None]:
    yield
    system.control("openai", mode="ok", delay_seconds=0)
    system.control("stripe", "/_control/api", mode="ok")
    system.control("mailbox", mode="ok")


def working(customer: Customer) -> bool:
    return any(job["state"] == "active" for job in customer.jobs())


def reached_review_once(customer: Customer, seconds: float = 30) -> None:
    customer.reach("QUALITY_CHECK", seconds=seconds)
    until(lambda: customer.letters("backlink_integrated")[0]["state"] == "sent", 15, "the email sent")
    assert len(customer.versions()) == 1
    assert len(customer.letters("backlink_integrated")) == 1
    subjects = [message["subject"] for message in customer.system.messages(customer.email)]
    assert len(subjects) == len(set(subjects)) == 2


@pytest.mark.usefixtures("slow_model")
def test_a_killed_worker_delays_the_order_and_no_more(customer: Customer, article: dict[str, Any]):
    customer.buy(article)
    until(lambda: working(customer), 15, "the integration at work")

    customer.system.kill("worker-ai")

    reached_review_once(customer)
    (job,) = customer.jobs()
    assert (job["state"], job["attempt"], job["rescues"]) == ("completed", 1, 1)


@pytest.mark.usefixtures("slow_model")
def test_a_wiped_redis_loses_nothing(customer: Customer, article: dict[str, Any]):
    customer.buy(article)
    until(lambda: working(customer), 15, "the integration at work")

    customer.system.wipe_redis()

    reached_review_once(customer)


@pytest.mark.usefixtures("slow_model")
def test_a_stopped_worker_gives_its_work_back_or_finishes_it(customer: Customer, article: dict[str, Any]):
    customer.buy(article)
    until(lambda: working(customer), 15, "the integration at work")

    customer.system.kill("worker-ai", signal.SIGTERM)

    reached_review_once(customer)
    assert customer.jobs()[0]["rescues"] == 0


def test_a_killed_relay_delays_the_order_and_no_more(customer: Customer, article: dict[str, Any]):
    customer.system.kill("relay")

    customer.buy(article)

    reached_review_once(customer)


@pytest.mark.parametrize("mode", ["down", "429", "500"])
def test_an_outage_of_the_model_costs_no_attempt(customer: Customer, article: dict[str, Any], mode: str):
    customer.system.control("openai", mode=mode)
    customer.buy(article)
    until(lambda: any(job["postponements"] for job in customer.jobs()), 30, "a postponement")
    assert customer.status()["status"] == "PROCESSING"

    customer.system.control("openai", mode="ok")

    reached_review_once(customer, seconds=60)
    assert customer.jobs()[0]["attempt"] == 1


def test_nonsense_from_the_model_uses_up_the_checks_and_the_customer_hears_once(
    customer: Customer, article: dict[str, Any]
):
    customer.system.control("openai", mode="bad_edit")

    customer.buy(article)

    customer.reach("FAILED", "REFUNDED", seconds=60)
    until(lambda: customer.letters("order_failed"), 10, "the email of the failure")
    assert len(customer.letters("order_failed")) == 1
    assert customer.letters("backlink_integrated") == []


def test_a_failed_regeneration_leaves_the_earlier_candidate_to_submit(customer: Customer, article: dict[str, Any]):
    customer.buy(article).reach("QUALITY_CHECK")
    customer.system.control("openai", mode="bad_edit")

    assert customer.regenerate().status_code == 202

    until(lambda: any(job["state"] == "dead" for job in customer.jobs()), 60, "the regeneration dead")
    status = customer.reach("QUALITY_CHECK")
    assert status["canSubmit"] is True
    assert customer.submit().json() == {"status": "ADMIN_REVIEW"}
    assert customer.letters("order_failed") == []


def test_a_mail_server_that_is_down_delays_the_mail_only(customer: Customer, article: dict[str, Any]):
    customer.system.control("mailbox", mode="down")
    customer.buy(article).reach("QUALITY_CHECK")
    until(lambda: any(job["postponements"] for job in email_jobs(customer)), 30, "a postponed email")

    customer.system.control("mailbox", mode="ok")

    until(lambda: len(customer.system.messages(customer.email)) == 2, 60, "both emails")


def test_stripe_down_at_checkout_is_said_and_nothing_is_lost(customer: Customer, article: dict[str, Any]):
    assert customer.quote(article).status_code == 201
    customer.system.control("stripe", "/_control/api", mode="down")

    refused = customer.checkout()

    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    customer.system.control("stripe", "/_control/api", mode="ok")
    assert customer.checkout().status_code == 201
    assert customer.pay().status_code == 303
    customer.reach("QUALITY_CHECK")


def test_stripe_down_after_payment_delays_the_order_and_no_more(customer: Customer, article: dict[str, Any]):
    assert customer.quote(article).status_code == 201
    assert customer.checkout().status_code == 201
    customer.system.control("stripe", "/_control/api", mode="500")
    assert customer.pay().status_code == 303
    until(
        lambda: customer.system.rows(
            "SELECT 1 FROM queues_job WHERE name = 'apply-stripe-event' AND postponements > 0"
        ),
        30,
        "a wait",
    )

    customer.system.control("stripe", "/_control/api", mode="ok")

    reached_review_once(customer, seconds=60)


def test_every_process_came_back(system: System):
    for name in ("web", "relay", "worker-ai", "worker-io", "beat", "flower"):
        os.kill(system.pid(name), 0)


def email_jobs(customer: Customer) -> list[dict[str, Any]]:
    return customer.system.rows("SELECT * FROM queues_job WHERE name = 'send-email' AND state <> 'completed'")
