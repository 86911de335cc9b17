"""Times, durations and counts as people say them, for pages and sentences; never for anything that is computed with."""

from datetime import datetime

from django.utils import timezone

_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"))
SOON_SECONDS = 1


def duration(seconds: float | None) -> str:
    """`340 ms`, `4.2 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; a dash for what was never measured."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for place, (size, unit) in enumerate(_STEPS):
        if whole >= size:
            smaller, its_unit = (*_STEPS, (1, "s"))[place + 1]
            rest = whole % size // smaller
            return f"{whole // size} {unit} {rest} {its_unit}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def clock(moment: datetime) -> str:
    """Of today only the time; of other days the date as well. In UTC, as the whole admin is."""
    today = moment.date() == timezone.now().date()
    return f"{moment:%H:%M:%S} UTC" if today else f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def from_now(moment: datetime) -> str:
    """`in 5 min`, `3 min ago`, `now`."""
    seconds = (moment - timezone.now()).total_seconds()
    if abs(seconds) < SOON_SECONDS:
        return "now"
    return f"in {duration(seconds)}" if seconds > 0 else f"{duration(-seconds)} ago"


def counted(n: int, one: str, many: str) -> str:
    """`1 job`, `2,300 jobs`."""
    return f"{n:,} {one if n == 1 else many}"


def short_id(id: object) -> str:
    """The start, which can be searched for, and the end: jobs of the same minute begin alike."""
    return f"{str(id)[:8]}…{str(id)[-4:]}"
