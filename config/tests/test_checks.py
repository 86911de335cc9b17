"""The deploy checks refuse what a shop must not be."""

import pytest
from django.core.checks import run_checks

from config import checks


def ids(settings_checks) -> set[str]:
    return {message.id for message in settings_checks}


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "http://localhost:1", "http://[::1]/v1", "http://stripe.localhost"]
)
def test_a_stand_in_is_refused(settings, address):
    settings.STRIPE_API_BASE = settings.STRIPE_CHECKOUT_ORIGIN = settings.OPENAI_BASE_URL = address
    settings.SENDGRID_API_BASE = address

    assert ids(checks.no_stand_ins(None)) == {"copydesk.E001", "copydesk.E002", "copydesk.E003", "copydesk.E004"}


def test_the_real_addresses_pass(settings):
    settings.STRIPE_API_BASE = "https://api.stripe.com"
    settings.STRIPE_CHECKOUT_ORIGIN = "https://checkout.stripe.com"
    settings.OPENAI_BASE_URL = "https://api.openai.com/v1"

    assert checks.no_stand_ins(None) == []


def test_missing_secrets_are_named(settings):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS, settings.OPENAI_API_KEY = "", [], ""

    assert [message.msg for message in checks.secrets_are_set(None)] == [
        "STRIPE_SECRET_KEY is not set.",
        "STRIPE_WEBHOOK_SECRET is not set.",
        "OPENAI_API_KEY is not set.",
    ]


def test_staff_without_a_second_factor_are_refused(settings):
    settings.STAFF_SECOND_FACTOR = False
    assert ids(checks.staff_prove_themselves_twice(None)) == {"copydesk.E022"}

    settings.STAFF_SECOND_FACTOR = True
    assert checks.staff_prove_themselves_twice(None) == []


def test_a_record_without_a_key_is_warned_of(settings):
    settings.AUDIT_SEAL_KEY = ""
    assert ids(checks.the_record_is_keyed(None)) == {"copydesk.W001"}

    settings.AUDIT_SEAL_KEY = "a key"
    assert checks.the_record_is_keyed(None) == []


def test_a_model_that_no_budget_can_hold_is_warned_of(settings):
    settings.OPENAI_MODEL, settings.AI_BUDGET_DAY_MICRO, settings.AI_BUDGET_ORDER_MICRO = "our-own-model", 1, 0
    assert ids(checks.budgets_know_the_model(None)) == {"copydesk.W002"}

    settings.AI_BUDGET_DAY_MICRO = 0
    assert checks.budgets_know_the_model(None) == []

    settings.OPENAI_MODEL, settings.AI_BUDGET_ORDER_MICRO = "gpt-5-mini-2025-08-07", 1
    assert checks.budgets_know_the_model(None) == []


def test_they_run_with_the_deploy_flag_only(settings):
    settings.SITE_URL = "http://127.0.0.1:8000"

    assert "copydesk.E021" in ids(run_checks(include_deployment_checks=True))
    assert "copydesk.E021" not in ids(run_checks())
