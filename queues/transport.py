"""Kombu's Redis transport without its book of unacknowledged messages, and taking as many as there is room for.

That book costs two transactions of Redis for each message and gives a lost one back after the visibility timeout. Here
the row knows what was handed over and never finished, and sends it again sooner; a message is only a hint.
"""

import json
from time import monotonic
from typing import Any

from kombu.transport import redis, virtual
from kombu.transport.virtual.base import Empty
from kombu.utils.encoding import bytes_to_str


class Forgetful(redis.QoS):  # type: ignore[misc]
    """Counts what is under way, for the prefetch limit, and keeps nothing in Redis."""

    restore_at_shutdown = False

    def append(self, message: Any, delivery_tag: str) -> None:
        virtual.QoS.append(self, message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        virtual.QoS.ack(self, delivery_tag)

    def restore_visible(self, *_: Any, **__: Any) -> None:
        """Nothing was hidden."""


class Channel(redis.Channel):  # type: ignore[misc]
    QoS = Forgetful
    _caller: Any = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        """One for all calls: it only stands before the pool of connections, and making it cost as much as its call."""
        if asynchronous:
            return super()._create_client(asynchronous=True)
        if self._caller is None or self._caller.connection_pool is not self.pool:
            self._caller = super()._create_client()
        return self._caller

    def _brpop_start(self, timeout: float | None = None) -> None:
        """Ask for the messages of the first queue that has any, by BLMPOP: kombu's BRPOP takes one for each round."""
        queues = self._queue_cycle.consume(len(self.active_queues))
        if not queues:
            return
        names = [self._q_for_pri(queue, step) for step in self.priority_steps for queue in queues]
        keys = [f"{self.global_keyprefix}{name}" for name in names]
        self._in_poll = self.client.connection
        self._brpop_sent_at = monotonic()
        room = self.qos.can_consume_max_estimate() or 1
        wait = self.brpop_timeout if timeout is None else timeout
        self.client.connection.send_command("BLMPOP", wait or 0, len(keys), *keys, "RIGHT", "COUNT", room)

    def _brpop_read(self, **options: Any) -> bool:
        """Deliver what came of it."""
        try:
            try:
                came = self.client.parse_response(self.client.connection, "BLMPOP", **options)
            except self.connection_errors:
                self.client.connection.disconnect()  # so that the next round connects anew
                raise
            if not came:
                raise Empty
            key, messages = came
            queue = bytes_to_str(key).removeprefix(self.global_keyprefix).rsplit(self.sep, 1)[0]
            self._queue_cycle.rotate(queue)
            for message in messages:
                self.connection._deliver(json.loads(message), queue)  # without kombu's types, which we never send
            return True
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()


class Transport(redis.Transport):  # type: ignore[misc]
    Channel = Channel
