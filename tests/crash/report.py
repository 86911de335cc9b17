"""The figures of a run in words, for the terminal and between the markers of docs/reliability.md."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from tests.crash.control import WIPED_JOBS, Control
from tests.crash.matrix import Run
from tests.crash.plan import Point, Victim
from tests.crash.rescues import Rescue, percentile

GOAL_SECONDS = 12


def faults(run: Run) -> list[str]:
    """Every way in which the run is not as it should be, in words; none when all is well."""
    verdict = run.verdict
    found = {
        "jobs lost": verdict.lost,
        "jobs done twice": verdict.done_twice,
        "effects of jobs that did not complete": verdict.effects_of_no_completed,
        "jobs charged a wrong number of attempts or deaths": verdict.wrongly_charged,
        "jobs dead or cancelled": verdict.dead,
        "processes that ended by themselves": run.unplanned_exits,
    }
    words = [f"{len(of)} {what}: {', '.join(of[:10])}" for what, of in found.items() if of]
    if verdict.drift or verdict.conservation:
        words.append(f"the counters drift by {verdict.drift} rows, their conservation by {verdict.conservation}")
    if run.wanting:
        words.append(f"less than the scenario asks for: {', '.join(run.wanting)}")
    return words


def is_slow(run: Run) -> bool:
    return percentile([rescue.seconds for rescue in run.verdict.rescued], 0.95) > GOAL_SECONDS


def lines(run: Run, control: Control | None) -> list[str]:
    """Markdown."""
    verdict = run.verdict
    return [
        "| | the backbone | plain Celery + Redis |" if control else "| | the backbone |",
        "|---|---|---|" if control else "|---|---|",
        *_rows(run, control),
        "",
        *_kill_table(run),
        "",
        *_rescue_table(verdict.rescued),
        "",
        f"Besides: {', '.join(f'{what} × {n}' for what, n in sorted(run.troubles.items()))}. "
        f"{verdict.leases_run_out} leases ran out without a kill, while PostgreSQL was away or its worker had no time. "
        f"{verdict.twins_refused} second jobs for a live key were refused. "
        f"The run took {run.seconds / 60:.0f} minutes, seed {run.seed}; "
        f"the machine's load was {run.load:.1f} on {os.cpu_count()} cores.",
    ]


def write(page: Path, name: str, command: str, content: Sequence[str]) -> None:
    """Replace what stands between the markers of that name."""
    begin, end = (f"<!-- {name}: figures {word} -->" for word in ("begin", "end"))
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    stamp = f"`{command}`, {date.today():%d %B %Y}, default settings."
    page.write_text("\n".join([f"{before}{begin}", stamp, "", *content, f"{end}{after}"]), encoding="utf-8")


def _rows(run: Run, control: Control | None) -> list[str]:
    verdict, theirs = run.verdict, _figures(control) if control else {}
    times = [rescue.seconds for rescue in verdict.rescued]
    ours = {
        "jobs": f"{verdict.jobs:,}",
        "processes killed": f"{len(run.kills):,}",
        "jobs lost": f"**{len(verdict.lost)}**",
        "jobs with their effect twice": f"**{len(verdict.done_twice)}**",
        "effects of jobs that did not complete": str(len(verdict.effects_of_no_completed)),
        "jobs charged a wrong number of attempts or deaths": str(len(verdict.wrongly_charged)),
        "jobs dead (as poison or otherwise)": str(len(verdict.dead)),
        "processes that ended by themselves": str(len(run.unplanned_exits)),
        "rows by which the counters are wrong": f"{verdict.drift} (conservation {verdict.conservation})",
        "from the kill to the job's next start": spread(times),
        "lost when Redis was emptied": f"0 of those above (× {run.troubles.get('Redis FLUSHALL', 0)})",
    }
    return [
        f"| {what} | {figure} |" + (f" {theirs.get(what, '')} |" if control else "") for what, figure in ours.items()
    ]


def _figures(control: Control) -> dict[str, str]:
    """Of the control run, by the words of the rows."""
    return {
        "jobs": f"{control.jobs:,}",
        "processes killed": f"{control.kills:,}",
        "jobs lost": f"**{control.lost}**",
        "jobs with their effect twice": f"**{control.done_twice}**",
        "processes that ended by themselves": str(control.unplanned_exits),
        "from the kill to the job's next start": spread(control.seconds_to_next_start),
        "lost when Redis was emptied": f"{control.lost_by_wipe} of {WIPED_JOBS} waiting",
    }


def _kill_table(run: Run) -> list[str]:
    counts = Counter((kill.point, kill.victim) for kill in run.kills)
    rows = [f"| {point} | {' | '.join(str(counts[point, victim]) for victim in Victim)} |" for point in Point]
    totals = " | ".join(str(run.killed(victim)) for victim in Victim)
    return [f"| killed | {' | '.join(Victim)} |", "|---|" + "---|" * len(Victim), *rows, f"| all | {totals} |"]


def _rescue_table(rescues: Sequence[Rescue]) -> list[str]:
    groups: list[tuple[str, Iterable[Rescue]]] = [
        (f"{victim} killed, job claimed", [r for r in rescues if r.kill.victim == victim and not r.of_message])
        for victim in (Victim.CHILD, Victim.MAIN)
    ]
    groups += [
        (f"{victim} killed, message lost", [r for r in rescues if r.kill.victim == victim and r.of_message])
        for victim in Victim
    ]
    rows = [f"| {what} | {len(list(of))} | {spread([r.seconds for r in of])} |" for what, of in groups]
    return ["| back at work after | jobs | seconds |", "|---|---|---|", *rows]


def spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "–"
    p50, p95 = percentile(seconds, 0.5), percentile(seconds, 0.95)
    return f"p50 {p50:.1f} s, p95 {p95:.1f} s, max {max(seconds):.1f} s"
