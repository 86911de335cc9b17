from articles.quality import draft_battery
from articles.quality.battery import CHECKS
from backlinks import opinion
from backlinks.certificates import LABELS, readable


def test_every_check_has_a_name_and_every_name_a_check():
    checks = {check.name for check in CHECKS} | {check.name for check in draft_battery.CHECKS}

    assert sorted(LABELS) == sorted(checks | {opinion.CHECK})


def test_rows_say_what_was_measured():
    result = {"check": "added_words", "passed": True, "measured": "5 added", "limit": "at most 60", "blocking": True}

    (row,) = readable([result])

    assert (row.label, row.to_json()) == ("Words added", {**result, "label": "Words added"})
