"""Copydesk's backbone as it is deployed: `manage.py relay` and `manage.py worker`, PostgreSQL, Redis, Celery."""

from collections.abc import Sequence

from bench.jobs.ground import Ground
from bench.jobs.processes import BenchFailed, Client, python, until
from bench.jobs.sides.side import START_SECONDS, WARM_UPS, Crew, Fate, Load, Side, Span


class Ours(Side):
    """`elsewhere`: the first worker passes for one of another host, of which nobody here can see that it is gone."""

    def __init__(
        self,
        ground: Ground,
        label: str = "Copydesk",
        *,
        pool: str = "threads",
        elsewhere: bool = False,
        relays: int = 1,
    ) -> None:
        super().__init__(ground)
        self.label, self._pool, self._elsewhere = label, pool, elsewhere
        self._relays = relays
        self._held: Client | None = None

    def other_commands(self) -> list[tuple[str, Sequence[str], dict[str, str]]]:
        command = python("-m", "bench.jobs.entry", "relay")
        return [(f"relay-{number}", command, self.ground.environ()) for number in range(self._relays)]

    def worker_command(self, job: str, number: int, slots: int) -> tuple[Sequence[str], dict[str, str]]:
        slots_if_any = {"BENCH_SLOTS": str(slots)} if slots else {}
        host_if_any = {"BENCH_HOST": "elsewhere"} if self._elsewhere and number == 0 else {}
        environ = self.ground.environ(BENCH_SERVE=queue_of(job), BENCH_POOL=self._pool, **slots_if_any, **host_if_any)
        return python("-m", "bench.jobs.entry", "worker", "bench"), environ

    def client_command(self, *words: str) -> tuple[Sequence[str], dict[str, str]]:
        return python("-m", "bench.jobs.client", *words), self.ground.environ()

    def wait_ready(self, crew: Crew) -> None:
        expected = (len(crew.workers), self._relays)

        def beats() -> bool:
            crew.check()
            return expected == self.ground.row(
                "SELECT (SELECT count(*) FROM queues_worker WHERE beat_at > statement_timestamp() - interval '5 s'),"
                " (SELECT count(*) FROM queues_relay WHERE beat_at > statement_timestamp() - interval '5 s')"
            )

        until(beats, seconds=START_SECONDS, what="our workers and the relay")

    def warm_up(self, job: str) -> None:
        self.tell("load", job, str(WARM_UPS))
        until(self.is_done, seconds=60, what="our warm-up")
        self.ground.empty_tables()
        self.ground.forget_marks()

    def load(self, load: Load) -> None:
        self._held = self.client(*self.client_of("hold", load))
        self._held.hear()

    def release(self) -> None:
        assert self._held is not None
        self._held.say()
        self._held.hear()
        self._held.end()

    def is_done(self) -> bool:
        (live,) = self.ground.row(
            "SELECT EXISTS (SELECT FROM queues_job WHERE state IN ('waiting', 'dispatched', 'active', 'delayed'))"
        )
        return not live

    def span(self) -> Span:
        """By the rows, whose last is written at the commit: later than any mark the job itself could leave."""
        seconds, completed, jobs = self.ground.row(
            "SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8,"
            " count(*) FILTER (WHERE state = 'completed'), count(*) FROM queues_job"
        )
        (runs,) = self.ground.row("SELECT count(*) FROM queues_attempt WHERE outcome = 'completed'")
        if not completed == jobs == runs:
            raise BenchFailed(f"{jobs} jobs, {completed} completed, {runs} completed runs")
        return Span(seconds, completed)

    def fate(self, load: Load) -> Fate:
        """By the rows: what a worker did that was no longer its own was rolled back, whatever mark it left."""
        return Fate(
            *self.ground.row(
                "SELECT %s - count(*) FILTER (WHERE state = 'completed'), (SELECT count(*) FROM ("
                "SELECT FROM queues_attempt WHERE outcome = 'completed' GROUP BY job_id HAVING count(*) > 1) AS twice)"
                " FROM queues_job",
                load.n,
            )
        )


def queue_of(job: str) -> str:
    return job.replace("bench-", "bench.", 1)
