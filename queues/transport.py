"""Kombu's Redis transport without its book of unacknowledged messages.

That book costs two transactions of Redis for each message and gives a lost one back after the visibility timeout. Here
the row knows what was handed over and never finished, and sends it again sooner; a message is only a hint.
"""

from typing import Any

from kombu.transport import redis, virtual


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


class Transport(redis.Transport):  # type: ignore[misc]
    Channel = Channel
