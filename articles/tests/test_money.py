"""Amounts as people write them."""

import pytest

from articles.money import step, written


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (4900, "usd", "$49.00"),
        (5, "eur", "€0.05"),
        (123456789, "gbp", "£1,234,567.89"),
        (4900, "jpy", "¥4,900"),
        (4900, "chf", "49.00 CHF"),
        (4900, "kwd", "4.900 KWD"),
        (12345670, "BHD", "12,345.670 BHD"),
        (490000, "isk", "4,900 ISK"),
        (490000, "ugx", "4,900 UGX"),
    ],
)
def test_an_amount_is_written_in_its_currencys_own_way(minor, currency, text):
    assert written(minor, currency) == text


@pytest.mark.parametrize(
    ("currency", "multiple"), [("usd", 1), ("jpy", 1), ("kwd", 10), ("TND", 10), ("isk", 100), ("ugx", 100)]
)
def test_an_amount_is_a_multiple_of_what_can_be_charged(currency, multiple):
    assert step(currency) == multiple
