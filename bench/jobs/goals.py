"""The figures to reach, as ratios within one run; a goal whose workload was not measured is left out."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.jobs.samples import Book
from bench.jobs.workloads import draining, enqueueing, looking, picking_up, recovering, sleeping

OURS, BULLMQ = "Copydesk", "BullMQ"
RATE = "jobs/s"


@dataclass(frozen=True)
class Verdict:
    goal: str
    measured: str
    is_kept: bool


def judge(book: Book) -> list[Verdict]:
    return [verdict for goal in GOALS if (verdict := goal(book)) is not None]


def _one_by_one(book: Book) -> Verdict | None:
    ratio = book.ratio(enqueueing.ONE, RATE, OURS, enqueueing.PLAIN_INSERT)
    in_transaction = book.ratio(enqueueing.ONE, RATE, OURS, enqueueing.IN_TRANSACTION)
    if ratio is None or in_transaction is None:
        return None
    measured = f"{ratio:.2f} × (of BEGIN, INSERT, COMMIT {in_transaction:.2f} ×)"
    return Verdict("A enqueue one by one ≥ 0.7 × PostgreSQL's plain INSERT", measured, ratio >= 0.7)


def _in_bulk(book: Book) -> Verdict | None:
    rate, ratio = book.median(enqueueing.BULK, OURS, RATE), book.ratio(enqueueing.BULK, RATE, OURS, BULLMQ)
    if rate is None or ratio is None:
        return None
    kept = rate >= 20_000 and ratio >= 1
    return Verdict("A enqueue in bulk ≥ 20,000/s and ≥ BullMQ", f"{rate:,.0f}/s, {ratio:.1f} ×", kept)


def _drain(book: Book) -> Verdict | None:
    best = book.best(draining.WORKLOAD, RATE, lambda side: side.startswith("Celery, "))
    ratio = best and book.ratio(draining.WORKLOAD, RATE, OURS, best[0])
    if best is None or ratio is None:
        return None
    with_results = book.ratio(draining.WORKLOAD, RATE, draining.WITH_RESULTS_ON, best[0])
    beside = "" if with_results is None else f"; with results on {with_results:.2f} ×"
    return Verdict("B drain ≥ 1.0 × Celery without results", f"{ratio:.2f} × {best[0]}{beside}", ratio >= 1)


def _drain_beside_results(book: Book) -> Verdict | None:
    best = book.best(draining.WORKLOAD, RATE, lambda side: ", kept" in side)
    ratio = best and book.ratio(draining.WORKLOAD, RATE, OURS, best[0])
    if best is None or ratio is None:
        return None
    goal = "B drain ≥ 2 × Celery + django-celery-results with kept connections"
    return Verdict(goal, f"{ratio:.2f} × {best[0].rpartition(', ')[2]}", ratio >= 2)


def _drain_chunked(book: Book) -> Verdict | None:
    best = book.best(draining.WORKLOAD, RATE, lambda side: side in (draining.CHUNKED, draining.BIG_CHUNKS))
    ratio = best and book.ratio(draining.WORKLOAD, RATE, best[0], BULLMQ)
    if best is None or ratio is None:
        return None
    measured = f"{ratio:.2f} ×, {best[1]:,.0f}/s, {best[0].rpartition(', ')[2]}"
    return Verdict("B drain in chunks ≥ 2 × BullMQ", measured, ratio >= 2)


def _pick_up(percent: int) -> Callable[[Book], Verdict | None]:
    figure = f"p{percent} ms"

    def judged(book: Book) -> Verdict | None:
        ratios = {
            side: ratio
            for side in book.sides(picking_up.WORKLOAD)
            if side.startswith("Celery") and (ratio := book.ratio(picking_up.WORKLOAD, figure, OURS, side)) is not None
        }
        if not ratios:
            return None
        side, ratio = max(ratios.items(), key=lambda item: item[1])
        return Verdict(f"C pick-up p{percent} ≤ 1.5 × Celery", f"{ratio:.2f} × {side}", ratio <= 1.5)

    return judged


def _sleep(book: Book) -> Verdict | None:
    ideal = book.median(sleeping.WORKLOAD, OURS, "× ideal")
    return None if ideal is None else Verdict("D in ≤ 1.08 × the ideal time", f"{ideal:.3f} ×", ideal <= 1.08)


def _memory(book: Book) -> Verdict | None:
    mib = book.median(sleeping.WORKLOAD, OURS, "worker MiB")
    return None if mib is None else Verdict("D one worker process ≤ 150 MiB", f"{mib:.0f} MiB", mib <= 150)


def _rescue(book: Book) -> Verdict | None:
    p50, p95 = (book.median(recovering.WORKLOAD, OURS, figure) for figure in ("p50 s", "p95 s"))
    if p50 is None or p95 is None:
        return None
    bad = [sum(book.rounds(recovering.WORKLOAD, OURS, figure)) for figure in ("lost", "finished twice")]
    measured = f"p50 {p50:.1f} s, p95 {p95:.1f} s, {bad[0]:.0f} lost, {bad[1]:.0f} twice"
    goal = "E rescue p50 ≤ 8 s, p95 ≤ 12 s, none lost, none finished twice"
    return Verdict(goal, measured, p50 <= 8 and p95 <= 12 and not any(bad))


def _call(what: str, milliseconds: int) -> Callable[[Book], Verdict | None]:
    def judged(book: Book) -> Verdict | None:
        took = book.median(looking.LOOKS, what, "server ms")
        return (
            None if took is None else Verdict(f"F {what} ≤ {milliseconds} ms", f"{took:.1f} ms", took <= milliseconds)
        )

    return judged


def _storage(book: Book) -> Verdict | None:
    on_disk = [book.median(looking.STORED, side, "disk B/job") for side in (looking.AS_ROWS, looking.REALLY)]
    in_redis = book.median(looking.STORED, looking.REALLY, "Redis B/job")
    if None in on_disk or in_redis is None:
        return None
    most = max(size for size in on_disk if size is not None)
    measured = f"{most:,.0f} B, {in_redis:.1f} B in Redis"
    return Verdict(
        "F a completed job ≤ 1 KiB on disk, nothing in Redis", measured, most <= 1024 and round(in_redis, 1) == 0
    )


GOALS = (
    _one_by_one,
    _in_bulk,
    _drain,
    _drain_beside_results,
    _drain_chunked,
    _pick_up(50),
    _pick_up(99),
    _sleep,
    _memory,
    _rescue,
    _call("API: every queue's counts", 10),
    _call("API: 50 failed", 20),
    _call("API: search by key", 20),
    _storage,
)
