"""`python -m tests.soak`: ten minutes of everything at once; exits non-zero when anything is not as it should be.

It starts services and processes of its own and touches no others.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.crash.report import write
from tests.soak import playing, report
from tests.system import ROOT

PAGE = ROOT / "docs" / "reliability.md"
TEN_MINUTES = 600.0
ARTICLES_A_MINUTE = 60


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=TEN_MINUTES)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="the same seed, the same kills")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/reliability.md")
    options = parser.parse_args(arguments)
    articles = max(60, round(options.seconds / 60 * ARTICLES_A_MINUTE))
    with tempfile.TemporaryDirectory() as folder:
        how = {"seconds": options.seconds, "articles": articles, "seed": options.seed}
        with playing.played(Path(folder) / "home", say=_say, **how) as (soak, _):
            pass
    content = report.lines(soak)
    faults = [*soak.faults, *report.growing(soak)]
    print("\n".join([*content, *(f"odd: {words}" for words in soak.answers.odd[:20])]))
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "No fault found.")
    if options.write:
        given = "" if options.seconds == TEN_MINUTES else f' ARGS="--seconds {options.seconds:g}"'
        write(PAGE, "soak", f"make soak{given}", content)
    return 1 if faults else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
