"""Deploy checks (`manage.py check --deploy`): what must not be true of a site that takes money."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from articles import prices


@register(Tags.security, deploy=True)
def no_stand_ins(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """A stand-in for Stripe, OpenAI or SendGrid listens on loopback only; production must not speak to them."""
    return [
        Error(f"{name} points at this machine, where only a stand-in can be.", id=f"copydesk.E{number:03}")
        for number, (name, address) in enumerate(
            (
                ("STRIPE_API_BASE", settings.STRIPE_API_BASE),
                ("STRIPE_CHECKOUT_ORIGIN", settings.STRIPE_CHECKOUT_ORIGIN),
                ("OPENAI_BASE_URL", settings.OPENAI_BASE_URL),
                ("SENDGRID_API_BASE", settings.SENDGRID_API_BASE),
            ),
            start=1,
        )
        if _is_loopback(address)
    ]


@register(Tags.security, deploy=True)
def secrets_are_set(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Without these nothing can be sold, verified or written."""
    return [
        Error(f"{name} is not set.", id=f"copydesk.E{number:03}")
        for number, (name, value) in enumerate(_needed(), start=11)
        if not value
    ]


@register(Tags.security, deploy=True)
def site_is_https(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Cookies, access links and the Stripe redirect all rest on it."""
    if settings.SITE_URL.startswith("https://"):
        return []
    return [Error("SITE_URL is not https.", id="copydesk.E021")]


@register(Tags.security, deploy=True)
def staff_prove_themselves_twice(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """A password alone opens every order and every queue."""
    if settings.STAFF_SECOND_FACTOR:
        return []
    return [Error("STAFF_SECOND_FACTOR is off.", id="copydesk.E022")]


@register(Tags.security, deploy=True)
def the_record_is_keyed(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Without a key, whoever may write to the database can make the chain over the record anew."""
    return [] if settings.AUDIT_SEAL_KEY else [Warning("AUDIT_SEAL_KEY is not set.", id="copydesk.W001")]


@register(Tags.security, deploy=True)
def budgets_know_the_model(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """A call without a known price passes every budget."""
    has_budget = settings.AI_BUDGET_DAY_MICRO or settings.AI_BUDGET_ORDER_MICRO
    if not has_budget or prices.most_micro(settings.OPENAI_MODEL, sent="", tokens_out=1) is not None:
        return []
    said = f"OPENAI_MODEL {settings.OPENAI_MODEL} has no known price: what it costs counts towards no budget."
    return [Warning(said, id="copydesk.W002")]


@register(Tags.security, deploy=True)
def errors_go_by_https(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """What failed, and where in the code, is for nobody on the way; a DSN that is none stops every process before."""
    if not settings.SENTRY_SECRET_DSN or settings.SENTRY_SECRET_DSN.startswith("https://"):
        return []
    return [Error("SENTRY_DSN is not https.", id="copydesk.E023")]


def _needed() -> Iterator[tuple[str, Any]]:
    yield "STRIPE_SECRET_KEY", settings.STRIPE_SECRET_KEY
    yield "STRIPE_WEBHOOK_SECRET", settings.STRIPE_WEBHOOK_SECRETS
    yield "OPENAI_API_KEY", settings.OPENAI_API_KEY


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
