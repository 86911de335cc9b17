"""What a relay does beside handing over: mend, fold the statistics, tidy up, look out for trouble.

In threads of their own, so that no job waits for it. Whatever fails is logged and tried again; two relays that keep
house at once are harmless.
"""

import threading
import time

import structlog
from django.conf import settings
from django.db import Error, connection
from redis import Redis
from redis.exceptions import RedisError

from queues import alerts, figures, folding, mending, pruning, relay
from queues.upkeep import run_every_minute
from queues.waking import wake_relay

log = structlog.get_logger("queues")
FOLD_SECONDS, TIDY_SECONDS = 1.0, 60.0


def keep_house(stopping: threading.Event) -> None:
    """Until `stopping` is set."""
    tidy_at = time.monotonic()
    while not stopping.is_set():
        try:
            folding.fold()
            if time.monotonic() >= tidy_at:
                tidy_at = time.monotonic() + TIDY_SECONDS
                tidy()
        except Error as error:
            log.warning("housekeeping_waits_for_postgresql", error=str(error).strip())
            connection.close()
        except Exception:
            log.exception("housekeeping_failed")
        stopping.wait(FOLD_SECONDS)
    connection.close()


def keep_mending(redis: Redis, stopping: threading.Event) -> None:
    """Until `stopping` is set. What is due or rescued now waits, so a relay that sleeps is woken for it."""
    while not stopping.is_set():
        try:
            mending.mend(redis)
            wake_relay()
        except (RedisError, OSError) as error:
            log.warning("mending_waits_for_redis", error=str(error))
        except Error as error:
            log.warning("mending_waits_for_postgresql", error=str(error).strip())
            connection.close()
        except Exception:
            log.exception("mending_failed")
        stopping.wait(settings.RELAY_TICK_SECONDS)
    connection.close()


def tidy() -> None:
    """Once a minute."""
    relay.forget_silent()
    run_every_minute()
    pruned = pruning.prune()
    alerts.watch()
    live = {each.queue: each.live for each in figures.all_figures() if each.live}
    log.info("relay_stats", live=live, pruned=pruned)
