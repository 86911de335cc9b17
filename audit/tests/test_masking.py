"""What looks secret, and what only sounds like it."""

import pytest

from audit.masking import MASK, masked, masked_text, secret_keys


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "new_password",
        "Authorization",
        "accessToken",
        "client_secret",
        "code",
        "otp-code",
        "x-api-key",
        "apiKey",
    ],
)
def test_the_value_under_a_secret_key_is_hidden(key):
    assert masked({key: "anything at all"}) == {key: MASK}


@pytest.mark.parametrize(
    "key", ["status_code", "languageCode", "encoded", "tokenizer", "secretary", "anchor_text", "key"]
)
def test_the_value_under_an_ordinary_key_is_left_alone(key):
    assert masked({key: "404"}) == {key: "404"}


def test_structures_are_hidden_whole_under_a_secret_key_and_searched_under_others():
    value = {"tokens": ["a", "b"], "order": {"id": 3, "notes": [{"password": "x"}, None, 1.5, True]}, "secret": ""}

    assert masked(value) == {
        "tokens": MASK,
        "order": {"id": 3, "notes": [{"password": MASK}, None, 1.5, True]},
        "secret": "",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("signed with whsec_abcdef0123456789", f"signed with whsec_{MASK}"),
        ("key sk_live_51Habcdefghijkl.", f"key sk_{MASK}"),
        ("key sk-proj-abcdefghijkl", f"key sk-{MASK}"),
        ("GET with ord_3f2a:1tXyz:abc-DEF_123 failed", f"GET with ord_{MASK} failed"),
        ("own_0123456789abcdef", f"own_{MASK}"),
        ("Authorization: Bearer eyJhbGciOi.J9", f"Authorization: Bearer {MASK}"),
        ("postgresql://desk:hunter2@db/copydesk", f"postgresql://desk:{MASK}@db/copydesk"),
        ("/orders/7/?access=abc123&page=2", f"/orders/7/?access={MASK}&page=2"),
        (
            "nothing to hide: a word_of_advice and task-oriented prose",
            "nothing to hide: a word_of_advice and task-oriented prose",
        ),
    ],
)
def test_secret_parts_of_a_text_are_hidden(text, shown):
    assert masked_text(text) == shown


def test_secret_keys_are_named_however_deep():
    assert secret_keys({"a": [{"token": 1}], "password": 2, "plain": 3}) == ["password", "token"]
