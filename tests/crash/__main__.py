"""`python -m tests.crash`: the whole proof, about half an hour; exits non-zero when anything is not as it should be.

It starts services and processes of its own and touches no others.
"""

import argparse
import random
import signal
import sys
from collections.abc import Sequence

from simulators.services.throwaway import throw_away_home
from tests.crash import control, matrix, plan, report
from tests.crash.plan import Scenario
from tests.crash.stage import HOMES, ROOT

PAGE = ROOT / "docs" / "reliability.md"
SABOTAGES = ("", "early-effects", "no-rescue")


def main(arguments: Sequence[str]) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.write and (options.scenario != "FULL" or options.sabotage):
        parser.error("only the figures of the whole proof are written down")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # whatever was started is ended on the way out
    scenario: Scenario = getattr(plan, options.scenario)
    run = _run(options, scenario)
    _say("\n".join(report.lines(run, None)))  # whatever becomes of the other run
    theirs = _control(options, scenario) if scenario.control_jobs and not options.no_control else None
    content = report.lines(run, theirs)
    print("\n".join(content))
    faults = report.faults(run)
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "No fault found.")
    if report.is_slow(run):
        print(f"SLOW: p95 of the rescues is above {report.GOAL_SECONDS} s.")
    if options.write:
        report.write(PAGE, "crash", "make crash", content)
    return 1 if faults or report.is_slow(run) else 0


def _run(options: argparse.Namespace, scenario: Scenario) -> matrix.Run:
    how = {"seed": options.seed, "sabotage": options.sabotage, "say": _say}
    with throw_away_home(HOMES) as home, matrix.played(home, options.scenario, scenario, **how) as (run, _):
        return run


def _control(options: argparse.Namespace, scenario: Scenario) -> control.Control:
    with throw_away_home(HOMES) as home:
        return control.run(home, scenario, seed=options.seed, say=_say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--scenario", choices=("FULL", "SHORT"), default="FULL")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="the same seed, the same plan")
    parser.add_argument("--no-control", action="store_true", help="leave plain Celery out")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/reliability.md")
    parser.add_argument(
        "--sabotage", choices=SABOTAGES, default="", help="break the backbone, to see that it is noticed"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
