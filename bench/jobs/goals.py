"""The figures to reach, as ratios within one run; a goal whose workload was not measured is left out."""

from dataclasses import dataclass

from bench.jobs.samples import Book


@dataclass(frozen=True)
class Verdict:
    goal: str
    measured: str
    is_kept: bool


def judge(book: Book) -> list[Verdict]:
    return []
