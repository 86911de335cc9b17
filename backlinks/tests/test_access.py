import pytest

from backlinks.access import NoSuchOrder, order_for_token, revoke_tokens, token_for
from backlinks.tests.given import EDITOR, quoted

pytestmark = pytest.mark.django_db


def test_a_token_opens_its_own_order_and_no_other():
    order, other = quoted(), quoted()

    assert order_for_token(token_for(order)) == order
    assert order_for_token(token_for(other)) == other
    assert token_for(order).startswith("ord_")


@pytest.mark.parametrize("spoil", [str.upper, lambda token: token[:-1], lambda token: token[4:], lambda token: "ord_"])
def test_a_spoiled_token_opens_nothing(spoil):
    token = token_for(quoted())

    with pytest.raises(NoSuchOrder):
        order_for_token(spoil(token))


def test_a_token_for_another_order_cannot_be_put_together():
    order, other = quoted(), quoted()
    signature = token_for(order).rpartition(".")[2]

    with pytest.raises(NoSuchOrder):
        order_for_token(f"ord_{other.pk.hex}.1.{signature}")


def test_revoking_ends_every_token_given_out_and_new_ones_work():
    order = quoted()
    old = token_for(order)

    revoke_tokens(order=order, actor=EDITOR, reason="It was passed on.")

    with pytest.raises(NoSuchOrder):
        order_for_token(old)
    assert order_for_token(token_for(order)) == order
