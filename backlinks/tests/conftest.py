"""Stand-ins for Stripe and OpenAI, one article for sale, and the cast: customer, stranger, editor."""

import pytest

from accounts.models import User
from accounts.roles import Role
from backlinks.clients.internet import INTERNET, Internet, NameNotFound
from backlinks.tests.given import WEBHOOK_SECRET
from backlinks.tests.small_internet import SmallInternet
from backlinks.tests.standins import NOWHERE, standing_in


@pytest.fixture(scope="session")
def stripe_process(tmp_path_factory):
    state = str(tmp_path_factory.mktemp("stripe"))
    arguments = ("--state", state, "--webhook-url", NOWHERE, "--webhook-secret", WEBHOOK_SECRET)
    with standing_in("simulators.stripe", *arguments) as standin:
        yield standin


@pytest.fixture(scope="session")
def openai_process():
    with standing_in("simulators.openai") as standin:
        yield standin


@pytest.fixture
def stripe(stripe_process, settings):
    """Stripe, well-behaved at first, knowing nothing but what this test asks of it."""
    settings.STRIPE_API_BASE = stripe_process.base
    settings.STRIPE_SECRET_KEY = "sk_test_of_these_tests"
    settings.STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
    stripe_process.tell("api", mode="ok")
    stripe_process.tell("refunds", outcome="succeeded")
    stripe_process.tell("webhooks", drop=1_000_000)  # the tests hand events over themselves
    return stripe_process


@pytest.fixture
def openai(openai_process, settings):
    """OpenAI, well-behaved at first."""
    settings.OPENAI_BASE_URL = f"{openai_process.base}/v1"
    settings.OPENAI_API_KEY = "sk-of-these-tests"
    openai_process.tell(mode="ok")
    return openai_process


@pytest.fixture(autouse=True)
def no_names(monkeypatch):
    """No test asks the machine's resolver: every name leads nowhere until a test says otherwise."""
    monkeypatch.setattr(Internet, "addresses", nowhere)


def nowhere(internet, host, seconds):
    raise NameNotFound("the name leads nowhere")


@pytest.fixture
def net(monkeypatch):
    """An internet of the test's own behind everything that visits a target."""
    small = SmallInternet()
    for name in ("addresses", "dial"):
        monkeypatch.setattr(INTERNET, name, getattr(small, name))
    monkeypatch.setattr(Internet, "tls", property(lambda internet: small.tls))
    return small


@pytest.fixture
def customer(db):
    return User.objects.create_user("customer@example.com", Role.CUSTOMER, "correct horse battery")


@pytest.fixture
def stranger(db):
    return User.objects.create_user("stranger@example.com", Role.CUSTOMER, "correct horse battery")


@pytest.fixture
def editor(db):
    return User.objects.create_user("editor@copydesk.example", Role.EDITOR, "correct horse battery")
