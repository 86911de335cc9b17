"""Durations in buckets of equal ratio: eight to a factor of ten, from 1 ms to a day.

A percentile read from one is off by at most 15 %. The database puts durations in (see the trigger in the migrations);
this module reads them.
"""

from collections.abc import Iterable, Mapping

PER_DECADE = 8
BUCKETS = 64

# Of an interval: floor(8 · log10 of its milliseconds), within 0…63.
BUCKET_SQL = """CREATE FUNCTION queues_bucket(took interval) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT least(63, floor(8 * log(greatest(1.0::float8, extract(epoch FROM took)::float8 * 1000))))::smallint
$$"""


def merged(histograms: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """One histogram of several; keys are bucket numbers as JSON keeps them."""
    total: dict[str, int] = {}
    for histogram in histograms:
        for bucket, n in histogram.items():
            total[bucket] = total.get(bucket, 0) + n
    return total


def percentile(histogram: Mapping[str, int], percent: float) -> float | None:
    """The duration in seconds that `percent` of the jobs stayed within; None when there were none."""
    everybody = sum(histogram.values())
    if not everybody:
        return None
    wanted, seen = everybody * percent / 100, 0
    for bucket in sorted(map(int, histogram)):
        n = histogram[str(bucket)]
        if seen + n >= wanted:
            return _seconds(bucket + (wanted - seen) / n)
        seen += n
    return None


def _seconds(bucket: float) -> float:
    return float(10 ** (bucket / PER_DECADE)) / 1000
