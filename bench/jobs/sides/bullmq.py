"""BullMQ, from npm, on the same Redis: the queue that the original of Copydesk's backbone used."""

import shutil
from collections.abc import Sequence

from bench.jobs.ground import Ground
from bench.jobs.processes import LOCAL, ROOT, BenchFailed, run, until
from bench.jobs.sides.side import START_SECONDS, WARM_UPS, Crew, Load, Side

SCRIPTS = ROOT / "bench" / "peers" / "bullmq"
FOLDER = LOCAL


class BullMQ(Side):
    def __init__(self, ground: Ground, label: str = "BullMQ", **settings: str) -> None:
        super().__init__(ground)
        self.label, self._settings = label, settings
        _install(ground.environ())

    def worker_command(self, job: str, number: int, slots: int) -> tuple[Sequence[str], dict[str, str]]:
        return ["node", str(FOLDER / "worker.mjs"), str(slots)], self.ground.environ(**self._settings)

    def client_command(self, *words: str) -> tuple[Sequence[str], dict[str, str]]:
        return ["node", str(FOLDER / "client.mjs"), *words], self.ground.environ()

    def wait_ready(self, crew: Crew) -> None:
        def ready() -> bool:
            crew.check()
            return all("ready." in worker.log.read_text() for worker in crew.workers)

        until(ready, seconds=START_SECONDS, what=self.label)

    def warm_up(self, job: str) -> None:
        self.tell("warm", "nothing", str(WARM_UPS))
        until(self.is_done, seconds=60, what="BullMQ's warm-up")
        until(lambda: len(self.ground.marks()) == WARM_UPS, seconds=10, what="the marks of BullMQ's warm-up")
        self.ground.forget_marks()

    def load(self, load: Load) -> None:
        """In a paused queue: BullMQ's own way to hold a backlog back."""
        self.tell(*self.client_of("load", load))

    def release(self) -> None:
        self.tell("release", "nothing", "0")

    def is_done(self) -> bool:
        lists = ("wait", "paused", "active")
        return not any(self.ground.redis.llen(f"bull:bench:{name}") for name in lists)


def _install(environ: dict[str, str]) -> None:
    """Into .local, beside copies of our scripts: where Node looks for packages, and git does not."""
    if shutil.which("npm") is None:
        raise BenchFailed("BullMQ needs node and npm on the PATH; leave it out with --ours")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for script in SCRIPTS.iterdir():
        shutil.copy(script, FOLDER)
    run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"], environ, FOLDER)
