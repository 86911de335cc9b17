"""The moves an email may make."""

import itertools

import pytest

from mail.models import EmailLog, State
from mail.states import LEGAL, IllegalMove, move


def test_every_state_has_its_moves():
    assert set(LEGAL) == set(State)


def test_what_was_sent_stays_sent():
    assert LEGAL[State.SENT] == frozenset()


@pytest.mark.django_db
@pytest.mark.parametrize(("expected", "to"), list(itertools.product(State, State)))
def test_only_the_moves_of_the_table_are_made_and_only_from_the_expected_state(owe, expected, to):
    email = owe()
    EmailLog.objects.update(state=expected)
    elsewhere = next(state for state in State if state != expected and to in LEGAL[state] | {to})

    if to in LEGAL[expected]:
        assert move(email.id, expected, to, error="as told")
        expected_row = (to, "as told")
    else:
        with pytest.raises(IllegalMove):
            move(email.id, expected, to)
        expected_row = (expected, "")
    if to in LEGAL[elsewhere] and elsewhere != expected_row[0]:
        assert not move(email.id, elsewhere, to, error="too late")

    email.refresh_from_db()
    assert (email.state, email.error) == expected_row
