"""Times, durations and counts as people say them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from queues.words import clock, counted, duration, from_now, short_id

NOW = datetime(2026, 11, 25, 14, 3, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (-3, "0 ms"),
        (0, "0 ms"),
        (0.34, "340 ms"),
        (1, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
        (86_400 * 3 + 3_600 * 4, "3 d 4 h"),
        (86_400 * 3 + 59, "3 d"),
    ],
)
def test_a_duration_has_one_or_two_units(seconds, words):
    assert duration(seconds) == words


@time_machine.travel(NOW, tick=False)
def test_of_today_the_time_is_enough():
    assert clock(NOW - timedelta(hours=14)) == "00:03:22 UTC"
    assert clock(NOW - timedelta(hours=15)) == "24 Nov 2026, 23:03 UTC"
    assert clock(NOW + timedelta(days=8)) == "3 Dec 2026, 14:03 UTC"


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "now"), (0.9, "now"), (-0.9, "now"), (-200, "3 min 20 s ago"), (7_500, "in 2 h 5 min")]
)
def test_a_moment_is_told_from_now(seconds, words):
    assert from_now(NOW + timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(("n", "words"), [(0, "0 jobs"), (1, "1 job"), (2_300, "2,300 jobs")])
def test_a_count_has_its_noun(n, words):
    assert counted(n, "job", "jobs") == words


def test_a_short_id_begins_and_ends_like_the_id():
    assert short_id("01a21328-f180-7f13-9b20-55d340509b97") == "01a21328…9b97"
