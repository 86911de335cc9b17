"""The tables: printed, written as JSON, and kept in docs/performance.md between two markers."""

import json
import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench.jobs.goals import Verdict
from bench.jobs.processes import ROOT
from bench.jobs.samples import Book

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench-jobs: figures begin -->", "<!-- bench-jobs: figures end -->"
GOAL_HEADS = ["goal", "measured", ""]


def say(line: str) -> None:
    """How it goes, beside the tables."""
    print(line, file=sys.stderr, flush=True)


def surroundings() -> str:
    """Of this machine now, before anything is measured."""
    bullmq = json.loads((ROOT / "bench/peers/bullmq/package.json").read_text())["dependencies"]["bullmq"]
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; Python {platform.python_version()},"
        f" Celery {version('celery')}, django-celery-results {version('django-celery-results')}, BullMQ {bullmq}"
    )


def show(book: Book, conditions: str) -> None:
    print(f"\n{conditions}")
    for workload in book.workloads():
        print(f"\n{workload}")
        print(_table(["", *book.columns(workload)], rows_of(book, workload)))
        if workload in book.remarks:
            print(book.remarks[workload])
    for failure in book.failures:
        print(f"\nFAILED: {failure}")


def show_goals(verdicts: Sequence[Verdict]) -> None:
    print("\n" + _table(GOAL_HEADS, goal_rows(verdicts)))


def rows_of(book: Book, workload: str) -> list[list[str]]:
    return [
        [side, *(_number(book.median(workload, side, column)) for column in book.columns(workload))]
        for side in book.sides(workload)
    ]


def goal_rows(verdicts: Sequence[Verdict]) -> list[list[str]]:
    return [[verdict.goal, verdict.measured, "kept" if verdict.is_kept else "BROKEN"] for verdict in verdicts]


def write_json(path: Path, book: Book, conditions: str) -> None:
    path.write_text(json.dumps({"conditions": conditions, **asdict(book)}, indent=1, ensure_ascii=False))


def publish(book: Book, verdicts: Sequence[Verdict], conditions: str, arguments: Sequence[str]) -> None:
    """Replace what stands between the markers; `arguments` are those of this run."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    stamp = f'`make bench-jobs ARGS="{shlex.join(arguments)}"`, {date.today():%d %B %Y}.'
    content = [BEGIN, f"{stamp} {conditions}.", "", *_markdown(GOAL_HEADS, goal_rows(verdicts))]
    for workload in book.workloads():
        content += ["", f"### {workload}", "", *_markdown(["", *book.columns(workload)], rows_of(book, workload))]
        content += ["", book.remarks[workload]] if workload in book.remarks else []
    content += ["", *(f"FAILED: {failure}" for failure in book.failures)] if book.failures else []
    PAGE.write_text(before + "\n".join([*content, END]) + after, encoding="utf-8")


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


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
