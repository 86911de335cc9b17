"""The breaker: open at a spent quota, nothing asked meanwhile, one call that tries, and the word of an owner."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from articles import ai_breaker
from articles.clients.ai_errors import QuotaSpent
from articles.models import AiBreaker, AiEventLog
from articles.tests.asking import answering, asked, failing, spent
from articles.tests.given import EDITOR
from audit.models import AuditEntry
from queues.errors import RetryLater
from queues.models import Alert, Job, State
from queues.tests.given import at_once

pytestmark = pytest.mark.django_db
OPEN = {"opened_at__isnull": False}


@pytest.fixture
def provider(httpserver, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = httpserver.url_for("/v1"), "sk-only-for-tests"
    settings.OPENAI_MODEL, settings.AI_QUOTA_TRIAL_SECONDS = "gpt-5-mini", 1800
    answering(httpserver)
    return httpserver


@pytest.fixture
def opened(provider):
    spent(provider)
    with pytest.raises(QuotaSpent):
        asked()
    provider.clear_log()
    return provider


def due() -> None:
    assert AiBreaker.objects.filter(**OPEN).update(trial_at=Now()) == 1


def held_jobs(number: int) -> list[Job]:
    later = timezone.now() + timedelta(hours=1)
    return [
        Job.objects.create(
            queue="backlink-integration", name="integrate-backlink", state=State.DELAYED, run_at=later,
            postponements=1, max_attempts=3, timeout_seconds=60,
        )
        for _ in range(number)
    ]  # fmt: skip


def test_it_opens_and_staff_hear_of_it_once(provider):
    spent(provider)

    for _ in range(3):
        with pytest.raises(QuotaSpent) as held:
            asked()

    breaker = AiBreaker.objects.get()
    assert (breaker.trials, breaker.trying_since, str(breaker)) == (0, None, "open")
    assert breaker.trial_at - breaker.opened_at == timedelta(minutes=30)
    assert len(provider.log) == 1
    assert 1790 < held.value.after_seconds <= 1800
    assert list(AiEventLog.objects.values_list("outcome", flat=True)) == ["later"]
    assert list(Alert.objects.values_list("kind", "about", "times")) == [("AI quota spent", "provider", 1)]


def test_while_it_is_open_nothing_is_asked_and_nothing_is_kept(opened):
    answering(opened)

    with pytest.raises(QuotaSpent, match="nothing is asked before"):
        asked()

    assert (opened.log, AiEventLog.objects.count()) == ([], 1)


def test_a_trial_that_is_answered_closes_it_and_brings_forward_what_waits(opened):
    jobs = held_jobs(2)
    answering(opened)
    due()

    asked()

    breaker = AiBreaker.objects.get()
    assert (breaker.opened_at, breaker.trial_at, breaker.trying_since) == (None, None, None)
    assert breaker.closed_at is not None
    assert {Job.objects.get(pk=job.pk).state for job in jobs} == {State.WAITING}
    asked()
    assert len(opened.log) == 2


def test_a_trial_in_vain_keeps_it_open_for_as_long_again(opened):
    since = AiBreaker.objects.get().opened_at
    due()

    with pytest.raises(QuotaSpent):
        asked()
    with pytest.raises(QuotaSpent):
        asked()

    breaker = AiBreaker.objects.get()
    assert (breaker.opened_at, breaker.trials, breaker.trying_since, len(opened.log)) == (since, 1, None, 1)
    assert 1790 < (breaker.trial_at - timezone.now()).total_seconds() <= 1800


def test_an_outage_proves_nothing_and_another_call_tries_soon(opened):
    failing(opened, 400)
    due()

    with pytest.raises(Exception, match="400"):
        asked()

    breaker = AiBreaker.objects.get()
    assert (str(breaker), breaker.trials, breaker.trying_since) == ("open", 0, None)
    assert 50 < (breaker.trial_at - timezone.now()).total_seconds() <= 60


def test_who_tries_and_is_killed_keeps_the_others_waiting_no_longer_than_a_call_takes(opened, settings):
    settings.OPENAI_TIMEOUT_SECONDS = 60
    due()

    assert ai_breaker.enter()

    assert 290 < (AiBreaker.objects.get().trial_at - timezone.now()).total_seconds() <= 300
    with pytest.raises(QuotaSpent, match="one call is trying") as held:
        asked()
    assert held.value.after_seconds == 30
    due()
    assert ai_breaker.enter()


def test_a_call_that_was_under_way_when_it_opened_neither_closes_nor_prolongs_it(opened):
    before = AiBreaker.objects.values().get()

    ai_breaker.learn(None, is_trial=False)
    ai_breaker.learn(QuotaSpent("late", 1), is_trial=False)

    assert AiBreaker.objects.values().get() == before


def test_an_owner_has_it_tried_now_on_the_record(opened):
    jobs = held_jobs(4)

    ai_breaker.try_now(actor=EDITOR)

    assert [Job.objects.get(pk=job.pk).state for job in jobs] == [State.WAITING] * 3 + [State.DELAYED]
    entry = AuditEntry.objects.get(action="ai_breaker.tried")
    assert (entry.actor_label, entry.after) == (EDITOR.label, {"jobs": 3})
    answering(opened)
    asked()
    assert str(AiBreaker.objects.get()) == "closed"


@pytest.mark.parametrize("is_trying", [True, False])
def test_there_is_nothing_to_try_while_it_is_closed_or_a_call_is_trying(opened, is_trying):
    if is_trying:
        due()
        assert ai_breaker.enter()
    else:
        AiBreaker.objects.all().delete()

    with pytest.raises(ai_breaker.NotOpen):
        ai_breaker.try_now(actor=EDITOR)

    assert not AuditEntry.objects.filter(action="ai_breaker.tried").exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_that_wait_one_tries(opened):
    due()
    inside = []
    failing(opened, 500)

    def enter() -> bool:
        tries = ai_breaker.enter()
        inside.append(tries)
        connection.close()
        return tries

    results = at_once(*[enter] * 8)

    assert sum(result is True for result in results) == 1
    assert sum(isinstance(result, RetryLater) for result in results) == 7
