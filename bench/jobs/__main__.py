"""`python -m bench.jobs`: see `make bench-jobs`."""

import argparse
import sys
from pathlib import Path

from bench.jobs import goals, ground, report
from bench.jobs.samples import Book
from bench.jobs.workloads import draining, enqueueing, looking, picking_up, recovering, scaling, sleeping
from bench.jobs.workloads.plan import Plan

WORKLOADS = {
    "A": enqueueing.measure,
    "B": draining.measure,
    "C": picking_up.measure,
    "D": sleeping.measure,
    "E": recovering.measure,
    "F": looking.measure,
    "G": scaling.measure,
}
UNASKED = "ABCDEF"
ONCE = "F"  # its rounds are its own: medians of many calls


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    book, surroundings = Book(), report.surroundings()
    with ground.laid() as laid:
        _measure(options, Plan(laid, book, options.quick, not options.ours, options.slow, options.pool))
        conditions = f"{surroundings}; {laid.settings()}"
    report.show(book, conditions)
    verdicts = goals.judge(book)
    report.show_goals(verdicts)
    if options.json:
        report.write_json(options.json, book, conditions)
    if options.publish:
        report.publish(book, verdicts, conditions, arguments)
    return 0 if all(verdict.is_kept for verdict in verdicts) and not book.failures else 1


def _measure(options: argparse.Namespace, plan: Plan) -> None:
    letters = [letter for letter in WORKLOADS if letter in options.only.upper().split(",")]
    for number in range(1, options.rounds + 1):
        for letter in letters:
            if letter not in ONCE or number == 1:
                report.say(f"round {number} of {options.rounds}, workload {letter}")
                WORKLOADS[letter](plan)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.jobs", description="Our job backbone beside its peers.")
    parser.add_argument("--only", default=",".join(UNASKED), help="workloads, such as A,B; G only when named")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--ours", action="store_true", help="no peers")
    parser.add_argument("--slow", action="store_true", help="in E the peers too, at a minute each")
    parser.add_argument("--pool", choices=("threads", "prefork"), default="threads", help="of our workers in B")
    parser.add_argument("--json", type=Path, help="write every sample there")
    parser.add_argument("--publish", action="store_true", help="write the tables into docs/performance.md")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
