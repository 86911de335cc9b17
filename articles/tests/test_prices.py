"""What a call costs."""

from articles.prices import cost_micro


def test_cost_counts_cached_tokens_once_and_rounds_up():
    assert cost_micro("gpt-5-mini", tokens_in=1000, tokens_cached=400, tokens_out=100) == 150 + 10 + 200
    assert cost_micro("gpt-5-mini", tokens_in=1, tokens_cached=0, tokens_out=0) == 1


def test_a_dated_snapshot_costs_what_its_model_costs():
    assert cost_micro("gpt-5-mini-2025-08-07", tokens_in=1_000_000, tokens_cached=0, tokens_out=0) == 250_000


def test_an_unknown_model_has_no_cost_and_the_offline_writer_none_to_pay():
    assert cost_micro("gpt-99", tokens_in=1000, tokens_cached=0, tokens_out=0) is None
    assert cost_micro("copydesk-offline-writer-1", tokens_in=1000, tokens_cached=0, tokens_out=500) == 0
