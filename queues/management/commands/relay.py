"""`manage.py relay`: hand due jobs to the workers, until SIGTERM."""

import signal
import sys
import threading
import time
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from redis import Redis
from redis.exceptions import RedisError

from queues import housekeeping, identity, relay
from queues.declare import QUEUES
from queues.models import Relay
from queues.relay import Round
from queues.services import ServicesAway, redis_client, wait_for_services
from queues.waking import CHANNEL, Call

log = structlog.get_logger("queues")
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.05  # seconds between two looks at a backlog whose window is full
BEAT_SECONDS = 1.0
HELD_SECONDS = 0.0005  # at most, by a thread that keeps house, before the one that hands over may go on
STREAK, LONE_SECONDS = 5, 0.01  # so many jobs, each less than that after the last, are a stream


class Command(BaseCommand):
    help = "Relay due jobs from PostgreSQL to the workers through Redis."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = threading.Event()
        self.redis = redis_client()
        try:
            wait_for_services(self.redis, self.stderr.write)
        except ServicesAway as error:
            self.redis.close()
            raise CommandError(str(error)) from None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        sys.setswitchinterval(HELD_SECONDS)
        log.info("relay_ready", relay=identity.me())
        keepers = [
            threading.Thread(target=housekeeping.keep_mending, args=(self.redis, self.stopping), name="mending"),
            threading.Thread(target=housekeeping.keep_house, args=(self.stopping,), name="housekeeping"),
        ]
        for keeper in keepers:
            keeper.start()
        try:
            self._loop()
        finally:
            self.stopping.set()
            for keeper in keepers:
                keeper.join()
            self._close()

    def _loop(self) -> None:
        self.idle, self.pause, self.streak = False, SHORTEST_PAUSE, 0
        self.beat_at = self.busy_until = 0.0
        self.calls: list[Call] = []  # what woke us
        self._listen()
        while not self.stopping.is_set():
            try:
                self._rounds()
            except (RedisError, OSError) as error:
                log.warning("relay_waits_for_redis", error=str(error))
                self.stopping.wait(1)
            except Error as error:
                log.warning("relay_waits_for_postgresql", error=str(error).strip())
                self.stopping.wait(1)
                self._reconnect()

    def _rounds(self) -> None:
        """With a connection to Redis of their own: to ask the pool for one took longer than to send."""
        with Redis(connection_pool=self.redis.connection_pool, single_connection_client=True) as self.sender:
            while not self.stopping.is_set():
                self._round()

    def _round(self) -> None:
        calls, self.calls = self.calls, []
        others = [call for call in calls if not relay.send_ahead(call, self.sender, self.capacities)]
        self._beat_when_due()  # after what somebody waits for
        if calls and not others and self._is_lone():
            self._sleep()
            return
        called = {call.queue for call in others} & QUEUES.keys()
        done = relay.hand_over_of(called, self.sender, self.capacities)
        if not done.handed:
            done = relay.hand_over_all(self.sender, self.capacities)
        if done.waiting:
            self._go_on(done)
        elif self.idle:
            self._sleep()
        elif time.monotonic() < self.busy_until:
            self.stopping.wait(SHORTEST_PAUSE)
        else:
            self._beat(idle=True)  # and look once more, for what was enqueued before it could be seen that we sleep

    def _go_on(self, done: Round) -> None:
        """There was work. A lone job needs no more than another look; a stream or a backlog keeps us awake, so that
        no commit need notify us, and is looked at as often as there is room for a good handful."""
        if self.idle and done.handed and self._is_lone():
            return
        if self.idle:
            self._beat(idle=False)
        self.busy_until = time.monotonic() + LONGEST_PAUSE
        step = 0.5 if done.handed and not done.has_time else 1.5
        self.pause = min(max(self.pause * step, SHORTEST_PAUSE), LONGEST_PAUSE)
        self.stopping.wait(self.pause)

    def _is_lone(self) -> bool:
        self.streak += 1
        return self.streak < STREAK

    def _sleep(self) -> None:
        """Until a commit that enqueued notifies us; now and then in any case."""
        if connection.connection is None:
            return self._reconnect()
        began = time.monotonic()
        with connection.wrap_database_errors:  # it is psycopg's own call: its errors are not yet Django's
            calls = connection.connection.notifies(timeout=settings.RELAY_TICK_SECONDS, stop_after=1)
            self.calls = [Call.read(call.payload) for call in calls]
        if time.monotonic() - began > LONE_SECONDS:
            self.streak = 0
        return None

    def _beat_when_due(self) -> None:
        if time.monotonic() >= self.beat_at:
            self._beat(idle=self.idle)

    def _beat(self, *, idle: bool) -> None:
        relay.beat(identity.me(), idle=idle)
        self.idle = idle
        self.capacities = relay.capacities()
        self.beat_at = time.monotonic() + BEAT_SECONDS

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def _reconnect(self) -> None:
        connection.close()
        self.idle = False  # what was notified meanwhile is gone
        try:
            self._listen()
        except Error:
            log.warning("relay_waits_for_postgresql")

    def _close(self) -> None:
        self.redis.close()
        try:
            Relay.objects.filter(pk=identity.me()).delete()
        except Error as error:
            log.warning("relay_left_without_goodbye", error=str(error).strip())
        connection.close()
