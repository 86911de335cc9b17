"""The Celery peers: on Redis alone, and with django-celery-results on PostgreSQL."""

from collections.abc import Sequence

from bench.jobs.ground import RESULTS, RESULTS_SETTINGS, Ground
from bench.jobs.processes import python, until
from bench.jobs.sides.side import WARM_UPS, Crew, Load, Side

KEPT = {"BENCH_KEEP_CONNECTIONS": "1"}
PLAIN, WITH_RESULTS = "bench.peers.celery_plain.app", "bench.peers.celery_results.app"


class CeleryPeer(Side):
    """Workers listen to a warm-up queue first; releasing the backlog has them listen to its queue too."""

    def __init__(self, ground: Ground, label: str, *, app: str, pool: str, **settings: str) -> None:
        super().__init__(ground)
        self.label, self._app, self._pool = label, app, pool
        self._environ = ground.environ(RESULTS, DJANGO_SETTINGS_MODULE=RESULTS_SETTINGS, **settings)

    def worker_command(self, job: str, number: int, slots: int) -> tuple[Sequence[str], dict[str, str]]:
        words = ["-P", self._pool, "-c", str(slots), "-Q", "warm", "-n", f"bench{number}@%h"]
        return python("-m", "celery", "-A", self._app, "worker", *words), self._environ

    def client_command(self, *words: str) -> tuple[Sequence[str], dict[str, str]]:
        return python("-m", "bench.peers.celery_client", self._app, *words), self._environ

    def wait_ready(self, crew: Crew) -> None:
        self.tell("ready", "nothing", str(len(crew.workers)))
        crew.check()

    def warm_up(self, job: str) -> None:
        self.tell("warm", "nothing", str(WARM_UPS))
        until(lambda: self._left("warm") == 0, seconds=120, what=f"the warm-up of {self.label}")
        self.ground.forget_marks()

    def load(self, load: Load) -> None:
        self.tell(*self.client_of("load", load))

    def release(self) -> None:
        self.tell("release", "nothing", "0")

    def listen(self) -> None:
        super().listen()
        self.release()

    def is_done(self) -> bool:
        """Late acknowledgement: what is not done is either in the list or in the hash of the unacknowledged."""
        return self._left("bench") == 0

    def _left(self, queue: str) -> int:
        redis = self.ground.redis
        return int(redis.llen(queue)) + int(redis.hlen("unacked"))  # type: ignore[arg-type]
