"""A queue with a rate: never more than its tokens, whoever asks."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from queues import rates, relay
from queues.declare import QUEUES
from queues.enqueue import enqueue_many
from queues.models import Job, Pause, RateBucket, State

pytestmark = pytest.mark.django_db
RATED = QUEUES["test.rated"]  # sixty a minute, so ten at once
ROOM = {"test.rated": relay.Capacity(window=100, slots=100)}


def test_after_a_burst_nothing_goes_until_tokens_come(redis):
    enqueue_many("test-rated", [{}] * 30)

    first = relay.hand_over_all(redis, ROOM)
    second = relay.hand_over_all(redis, ROOM)

    assert (first.handed, second.handed, second.waiting) == (10, 0, True)
    assert 0 < rates.seconds_until_next(RATED) <= 1


def test_tokens_come_with_time(redis):
    enqueue_many("test-rated", [{}] * 30)
    relay.hand_over_all(redis, ROOM)
    RateBucket.objects.update(filled_at=Now() - timedelta(seconds=3.5))

    assert relay.hand_over_all(redis, ROOM).handed == 3


def test_a_quiet_hour_saves_up_no_more_than_a_burst(redis):
    enqueue_many("test-rated", [{}] * 30)
    relay.hand_over_all(redis, ROOM)
    RateBucket.objects.update(filled_at=Now() - timedelta(hours=1))

    assert relay.hand_over_all(redis, ROOM).handed == 10


def test_tokens_nobody_used_stay(redis):
    enqueue_many("test-rated", [{}] * 4)
    relay.hand_over_all(redis, ROOM)
    enqueue_many("test-rated", [{}] * 30)

    assert relay.hand_over_all(redis, ROOM).handed == 6


def test_a_paused_queue_is_left_alone(redis):
    enqueue_many("test-rated", [{}] * 3)
    Pause.objects.create(queue="test.rated", paused_by="owner")

    assert relay.hand_over_all(redis, ROOM) == relay.Round(0, False)

    assert Job.objects.filter(state=State.WAITING).count() == 3
