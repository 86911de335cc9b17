"""The tables: printed, written as JSON, and kept in docs/performance.md between two markers."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.jobs.goals import Verdict
from bench.jobs.samples import Book


def say(line: str) -> None:
    """How it goes, beside the tables."""
    print(line, file=sys.stderr, flush=True)


def show(book: Book, conditions: str) -> None:
    print(f"\n{conditions}")
    for workload in book.workloads():
        print(f"\n{workload}")
        print(_table(["", *book.columns(workload)], rows_of(book, workload)))
    for failure in book.failures:
        print(f"\nFAILED: {failure}")


def show_goals(verdicts: Sequence[Verdict]) -> None:
    print("\n" + _table(["goal", "measured", ""], goal_rows(verdicts)))


def rows_of(book: Book, workload: str) -> list[list[str]]:
    return [
        [side, *(_number(book.median(workload, side, column)) for column in book.columns(workload))]
        for side in book.sides(workload)
    ]


def goal_rows(verdicts: Sequence[Verdict]) -> list[list[str]]:
    return [[verdict.goal, verdict.measured, "kept" if verdict.is_kept else "BROKEN"] for verdict in verdicts]


def write_json(path: Path, book: Book, conditions: str) -> None:
    path.write_text(json.dumps({"conditions": conditions, **asdict(book)}, indent=1, ensure_ascii=False))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[place]) for line in (heads, *rows)) for place in range(len(heads))]
    return "\n".join(_line(line, widths) for line in (heads, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]).rstrip()


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
