"""How often somebody may do something."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from accounts.limits import TooMany, hit, prune_windows
from accounts.models import RateWindow


def allowed(scope: str, who: str, limit: int, seconds: float = 60) -> bool:
    try:
        hit(scope, who, limit, seconds)
    except TooMany:
        return False
    return True


@pytest.mark.django_db
def test_the_limit_is_reached_after_exactly_so_many():
    assert [allowed("quote", "203.0.113.7", 3) for _ in range(5)] == [True, True, True, False, False]


@pytest.mark.django_db
def test_too_many_says_when_to_come_back():
    hit("quote", "203.0.113.7", 1, 60)

    with pytest.raises(TooMany) as refusal:
        hit("quote", "203.0.113.7", 1, 60)

    assert 59 <= refusal.value.retry_after <= 60


@pytest.mark.django_db
def test_others_and_other_scopes_are_counted_apart():
    hit("quote", "203.0.113.7", 1, 60)

    assert allowed("quote", "203.0.113.8", 1)
    assert allowed("checkout", "203.0.113.7", 1)
    assert not allowed("quote", "203.0.113.7", 1)


@pytest.mark.django_db
def test_a_window_that_ended_begins_anew():
    hit("quote", "203.0.113.7", 1, 60)
    RateWindow.objects.update(ends_at=F("ends_at") - timedelta(seconds=61))

    assert [allowed("quote", "203.0.113.7", 1) for _ in range(2)] == [True, False]


@pytest.mark.django_db
def test_who_it_was_is_not_kept():
    hit("quote", "ada@example.com", 1, 60)

    assert not RateWindow.objects.filter(who__contains="ada@").exists()
    assert len(RateWindow.objects.get().who) == 64


@pytest.mark.django_db
def test_pruning_forgets_only_what_ended():
    hit("quote", "ended", 1, 60)
    RateWindow.objects.update(ends_at=F("ends_at") - timedelta(seconds=61))
    hit("quote", "open", 1, 60)

    assert prune_windows() == 1
    assert not allowed("quote", "open", 1)


@pytest.mark.django_db(transaction=True)
def test_hits_at_once_are_all_counted():
    def one(_: int) -> bool:
        try:
            return allowed("quote", "203.0.113.7", 10)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(one, range(40)))

    assert answers.count(True) == 10
    assert RateWindow.objects.get().hits == 40


@pytest.mark.django_db(transaction=True)
def test_what_else_a_transaction_writes_is_safe_on_disk_all_the_same():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        hit("quote", "203.0.113.7", 1, 60)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
