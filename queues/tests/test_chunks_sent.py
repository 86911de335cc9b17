"""What the relay sends of a chunked queue: messages that name no job, as many as what waits is worth."""

import json
from uuid import uuid4

import pytest
from redis import Redis

from queues import messages, relay, transitions
from queues.declare import QUEUES, Queue
from queues.enqueue import enqueue_many
from queues.models import Job, Pause, State
from queues.relay import Capacity
from queues.services import redis_client
from queues.tests.given import at_once, put

pytestmark = pytest.mark.django_db
QUEUE = QUEUES["test.chunked"]
ROOM = {QUEUE.name: Capacity(window=4, slots=100)}


def hand_over(redis: Redis, **capacity: int) -> int:
    """Returns for how many jobs messages were sent."""
    return relay.hand_over_of([QUEUE.name], redis, {QUEUE.name: Capacity(**capacity)} if capacity else ROOM).handed


def lie(redis: Redis) -> list[str]:
    """The names of the jobs whose messages lie in Redis, oldest first; each says how many, and nothing else."""
    found = [json.loads(text) for text in reversed(redis.lrange(messages._list_of(QUEUE), 0, -1))]
    for message in found:
        assert json.loads(message["body"])[:2] == [[QUEUE.chunk], {}]
        assert message["headers"]["argsrepr"] == "the next 5"
    assert len({message["headers"]["id"] for message in found}) == len(found)
    return [message["headers"]["task"] for message in found]


def take(redis: Redis) -> None:
    """As a worker does, or somebody who loses it."""
    redis.rpop(messages._list_of(QUEUE))


def test_they_are_as_many_as_what_waits_is_worth(redis):
    enqueue_many("test-small", [{}] * 11)

    assert hand_over(redis) == 11

    assert lie(redis) == ["test-small"] * 3
    assert set(Job.objects.values_list("state", "generation")) == {(State.WAITING, 0)}


def test_each_name_has_messages_of_its_own(redis):
    enqueue_many("test-small", [{}] * 6)
    put("test-small-slow")

    hand_over(redis)

    assert sorted(lie(redis)) == ["test-small", "test-small", "test-small-slow"]


def test_none_is_sent_for_what_those_in_redis_have_room_for(redis):
    enqueue_many("test-small", [{}] * 5)
    hand_over(redis)

    assert relay.hand_over_of([QUEUE.name], redis, ROOM) == relay.Round(0, waiting=False)
    put("test-small")
    assert hand_over(redis) == 1

    assert len(lie(redis)) == 2


def test_one_that_was_lost_is_sent_again(redis):
    enqueue_many("test-small", [{}] * 9)
    hand_over(redis)

    take(redis)
    assert (hand_over(redis), len(lie(redis))) == (4, 2)
    redis.flushdb()
    assert (hand_over(redis), len(lie(redis))) == (9, 2)


def test_no_more_lie_in_redis_than_the_window_says(redis):
    enqueue_many("test-small", [{}] * 50)

    done = relay.hand_over_of([QUEUE.name], redis, ROOM)

    assert (done.handed, done.has_time, len(lie(redis))) == (20, False, 4)
    assert relay.hand_over_of([QUEUE.name], redis, ROOM) == relay.Round(0, waiting=True)


def test_what_lies_there_and_what_runs_is_no_more_than_the_slots(redis):
    enqueue_many("test-small", [{}] * 50)
    transitions.claim_next("test-small", 5, uuid4(), 1)

    assert hand_over(redis, window=4, slots=3) == 10


def test_a_paused_queue_is_sent_nothing(redis):
    put("test-small")
    Pause.objects.create(queue=QUEUE.name, paused_by="owner")

    assert (hand_over(redis), lie(redis)) == (0, [])


def test_a_name_this_release_does_not_know_waits_for_one_that_does(redis):
    put("test-small")
    Job.objects.update(name="of-tomorrow")

    assert (hand_over(redis), lie(redis)) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_of_two_relays_at_once_at_most_each_sends_its_own(redis):
    enqueue_many("test-small", [{}] * 9)

    def one_tick():
        with redis_client() as own:
            return hand_over(own)

    at_once(one_tick, one_tick)

    assert 2 <= len(lie(redis)) <= 4


def test_a_chunked_queue_has_no_rate():
    with pytest.raises(ValueError, match=r"queue test\.both: jobs of a chunk go together"):
        Queue("test.both", pool="io", concurrency=1, attempts=1, chunk=5, rate_per_minute=60)
    assert "test.both" not in QUEUES
