"""Amounts as people write them."""

import pytest

from articles.money import written


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (4900, "usd", "$49.00"),
        (5, "eur", "€0.05"),
        (123456789, "gbp", "£1,234,567.89"),
        (4900, "jpy", "¥4,900"),
        (4900, "chf", "49.00 CHF"),
    ],
)
def test_an_amount_is_written_in_its_currencys_own_way(minor, currency, text):
    assert written(minor, currency) == text
