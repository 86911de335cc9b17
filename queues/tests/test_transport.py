"""The broker keeps a message until it is taken, and no book of what was taken: the job's row knows that."""

from queue import Empty

import pytest
from django.conf import settings
from kombu import Connection, Queue
from redis import Redis

from queues.transport import Transport

NAME = "transport-test"


@pytest.fixture
def channel(redis: Redis):
    """A channel of our transport on the empty Redis, that lets two messages be under way at once."""
    with Connection(settings.REDIS_SECRET_URL, transport=Transport) as connection, connection.channel() as opened:
        opened.basic_qos(0, 2, False)
        Queue(NAME, channel=opened).declare()
        with connection.Producer(channel=opened) as producer:
            for n in range(3):
                producer.publish({"n": n}, routing_key=NAME, serializer="json")
        yield opened


def take(channel):
    """Off the list and under way, as a worker takes one."""
    message = channel.basic_get(NAME, no_ack=False)
    channel.qos.append(message, message.delivery_tag)
    return message.delivery_tag


def keys(redis: Redis) -> set[str]:
    """All of Redis, but for which queues there are."""
    return {key for key in redis.scan_iter() if not key.startswith("_kombu.binding.")}


def test_what_waits_is_a_list_and_what_is_taken_is_nowhere(channel, redis):
    assert (keys(redis), redis.llen(NAME)) == ({NAME}, 3)

    for _ in range(3):
        take(channel)

    assert keys(redis) == set()


def test_no_more_are_taken_than_may_be_under_way(channel):
    tags = [take(channel), take(channel)]
    assert channel.qos.can_consume() is False

    channel.qos.ack(tags[0])

    assert channel.qos.can_consume() is True


@pytest.fixture
def listening(channel):
    """The messages taken by a consumer, which asks for them with the connection that Celery's event loop would use."""
    channel.client.connection = channel.client.connection_pool.get_connection()
    taken = []
    consumer = channel.connection.client.Consumer(
        Queue(NAME, channel=channel), channel=channel, on_message=lambda message: taken.append(message.payload["n"])
    )
    with consumer:
        yield taken


def test_one_round_takes_as_many_as_there_is_room_for_the_oldest_first(channel, listening, redis):
    channel._brpop_start(timeout=1)
    channel._brpop_read()

    assert (listening, redis.llen(NAME)) == ([0, 1], 1)


def test_a_round_in_which_nothing_came_says_so(channel, listening, redis):
    redis.delete(NAME)

    channel._brpop_start(timeout=0.01)

    with pytest.raises(Empty):
        channel._brpop_read()
    assert listening == []


def test_what_is_refused_or_never_finished_is_not_put_back(channel, redis):
    first, _ = take(channel), take(channel)

    channel.qos.reject(first, requeue=True)
    channel.qos.restore_visible(num=10)
    channel.qos.restore_unacked_once()

    assert (redis.llen(NAME), keys(redis)) == (1, {NAME})


def test_the_whole_site_uses_it():
    assert settings.CELERY_BROKER_TRANSPORT == "queues.transport:Transport"
