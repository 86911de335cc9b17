"""The figures of a soak in words, for the terminal and between the markers of docs/reliability.md."""

import os
from collections.abc import Iterable, Sequence

from tests.crash.rescues import percentile
from tests.soak.answers import BROKEN
from tests.soak.playing import Soak

MOST_GROWTH = 0.10  # of a process in the calm part; what it takes at first is not growth


def growing(soak: Soak) -> list[str]:
    """Processes whose memory is not flat."""
    first, last = soak.memory
    grown = {name: (first[name], mib) for name, mib in last.items() if name in first}
    return [
        f"{name} grew from {was:.0f} to {now:.0f} MiB in the calm part"
        for name, (was, now) in grown.items()
        if now > was * (1 + MOST_GROWTH)
    ]


def lines(soak: Soak) -> list[str]:
    """Markdown."""
    sales, statuses = soak.sales.every, soak.answers.statuses()
    asked = sum(statuses.values())
    declared = sum(answer.is_declared and answer.status == 503 for answer in soak.answers.every)
    faults = sum(answer.is_fault for answer in soak.answers.every)
    facts = {
        "requests": f"{asked:,}, {asked / soak.seconds:.0f} a second",
        "answers of 500 and above that nobody declared": f"**{faults}**",
        "answers of 503 that said when to come again": f"{declared}",
        "connections that broke with their server": f"{statuses[BROKEN]}",
        "orders, paid, submitted": f"{len(sales)}, {len(soak.sales.paid)}, {sum(sale.is_submitted for sale in sales)}",
        "refunds asked for": f"{sum(answer.kind == 'refund' for answer in soak.answers.every)}",
        "events acknowledged": f"{len(soak.acknowledged):,}",
        "processes killed": ", ".join(f"{n} {name}" for name, n in sorted(soak.kills.items())),
        "faults": f"**{len(soak.faults) + len(growing(soak))}**",
    }
    return [
        "| | |",
        "|---|---|",
        *(f"| {what} | {figure} |" for what, figure in facts.items()),
        "",
        *_times(soak),
        "",
        *_memory(soak),
        "",
        f"{soak.seconds:.0f} seconds, seed {soak.seed}; each visitor has an address, behind one trusted proxy. "
        f"Answers that nobody expected, and that are no error of the server's: {len(soak.answers.odd)}. "
        f"Load of the machine at the end {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores, its visitors among them.",
    ]


def _times(soak: Soak) -> Iterable[str]:
    yield from ("| answered in, ms | how many | p50 | p95 | p99 |", "|---|---:|---:|---:|---:|")
    for kind, seconds in sorted(soak.answers.seconds().items()):
        shown = " | ".join(f"{percentile(seconds, part) * 1000:.0f}" for part in (0.5, 0.95, 0.99))
        yield f"| {kind} | {len(seconds):,} | {shown} |"


def _memory(soak: Soak) -> Sequence[str]:
    first, last = soak.memory
    rows = [f"| {name} | {first[name]:.0f} | {last[name]:.0f} |" for name in sorted(first) if name in last]
    return ["| MiB when nothing is killed | first half | second half |", "|---|---:|---:|", *rows]
