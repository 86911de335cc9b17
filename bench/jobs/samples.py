"""What was measured, round by round, and its medians."""

import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.jobs.processes import BenchFailed

Figures = dict[str, float]


@dataclass(frozen=True)
class Sample:
    """One side in one round of one workload; figures by their name and unit, in the order they are shown."""

    workload: str
    side: str
    figures: Figures


@dataclass
class Book:
    """Everything measured in this run, and what could not be."""

    samples: list[Sample] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)

    def add(self, workload: str, side: str, figures: Figures) -> None:
        self.samples.append(Sample(workload, side, figures))

    def remark(self, workload: str, words: str) -> None:
        """What a reader of its table must know."""
        self.remarks[workload] = words

    @contextmanager
    def noting(self, workload: str, side: str) -> Iterator[None]:
        """A side that fails is said so, and the others go on."""
        try:
            yield
        except BenchFailed as failure:
            self.failures.append(f"{workload}, {side}: {failure}")
            print(f"FAILED {self.failures[-1]}", file=sys.stderr, flush=True)

    def workloads(self) -> list[str]:
        return list(dict.fromkeys(sample.workload for sample in self.samples))

    def sides(self, workload: str) -> list[str]:
        return list(dict.fromkeys(sample.side for sample in self.samples if sample.workload == workload))

    def columns(self, workload: str) -> list[str]:
        names = (name for sample in self.samples if sample.workload == workload for name in sample.figures)
        return list(dict.fromkeys(names))

    def rounds(self, workload: str, side: str, figure: str) -> list[float]:
        return [
            sample.figures[figure]
            for sample in self.samples
            if (sample.workload, sample.side) == (workload, side) and figure in sample.figures
        ]

    def median(self, workload: str, side: str, figure: str) -> float | None:
        measured = self.rounds(workload, side, figure)
        return statistics.median(measured) if measured else None

    def ratio(self, workload: str, figure: str, side: str, base: str) -> float | None:
        """Of `side` to `base`: the median of the rounds' own ratios, for what disturbs a round disturbs both."""
        ours, theirs = self.rounds(workload, side, figure), self.rounds(workload, base, figure)
        ratios = [one / other for one, other in zip(ours, theirs, strict=False) if other]
        return statistics.median(ratios) if ratios else None

    def best(self, workload: str, figure: str, is_in: Callable[[str], bool]) -> tuple[str, float] | None:
        """The side of `is_in` whose median is highest."""
        found = [
            (side, median)
            for side in self.sides(workload)
            if is_in(side) and (median := self.median(workload, side, figure)) is not None
        ]
        return max(found, key=lambda item: item[1], default=None)


def percentile(values: list[float], percent: float) -> float:
    """By the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]
