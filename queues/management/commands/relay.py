"""`manage.py relay`: hand due jobs to the workers, until SIGTERM."""

import signal
import threading
import time
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from kombu.exceptions import OperationalError as BrokerDown
from redis.exceptions import RedisError

from queues import identity, relay
from queues.enqueue import RELAY_CHANNEL
from queues.models import Relay
from queues.services import ServicesAway, redis_client, wait_for_services
from queues.upkeep import run_every_minute

log = structlog.get_logger("queues")
HOUSEKEEPING_SECONDS = 60.0


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
        log.info("relay_ready", relay=identity.me())
        try:
            self._loop()
        finally:
            self._close()

    def _loop(self) -> None:
        self.housekeeping_at = time.monotonic()
        self._listen()
        while not self.stopping.is_set():
            try:
                relay.beat(identity.me(), idle=False)
                self._keep_house()
                if not relay.tick(self.redis):
                    self._sleep()
            except (BrokerDown, RedisError, OSError) as error:
                log.warning("relay_waits_for_redis", error=str(error))
                self.stopping.wait(1)
            except Error as error:
                log.warning("relay_waits_for_postgresql", error=str(error).strip())
                self.stopping.wait(1)
                self._reconnect()

    def _sleep(self) -> None:
        """Until a commit that enqueued notifies us, or the tick is over; look once more after saying that we sleep."""
        relay.beat(identity.me(), idle=True)
        if not relay.tick(self.redis) and connection.connection is not None:
            with connection.wrap_database_errors:  # it is psycopg's own call: its errors are not yet Django's
                list(connection.connection.notifies(timeout=settings.RELAY_TICK_SECONDS, stop_after=1))

    def _keep_house(self) -> None:
        if time.monotonic() >= self.housekeeping_at:
            relay.forget_silent()
            run_every_minute()
            log.info("relay_stats", waiting=relay.waiting_by_queue(), pruned=relay.prune())
            self.housekeeping_at = time.monotonic() + HOUSEKEEPING_SECONDS

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {RELAY_CHANNEL}")

    def _reconnect(self) -> None:
        connection.close()
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
