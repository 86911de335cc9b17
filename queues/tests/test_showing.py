"""What of a job may be shown: nothing that looks secret, and of a secret job neither payload nor words."""

import pytest

from audit.masking import MASK
from queues.showing import HIDDEN, as_json, first_line, is_secret, shown_payload, shown_text


@pytest.mark.parametrize(("name", "secret"), [("test-job", False), ("test-secret", True), ("gone-job", True)])
def test_what_is_declared_secret_or_not_at_all_is_secret(name, secret):
    assert is_secret(name) is secret


def test_a_payload_is_shown_without_what_looks_secret():
    payload = {"email": "ada@example.org", "token": "abc", "deep": [{"password": "x"}], "url": "https://a:b@c.example"}

    assert shown_payload("test-job", payload) == {
        "email": "ada@example.org",
        "token": MASK,
        "deep": [{"password": MASK}],
        "url": f"https://a:{MASK}@c.example",
    }


@pytest.mark.parametrize("name", ["test-secret", "gone-job"])
def test_of_a_secret_payload_nothing_is_shown(name):
    assert shown_payload(name, {"email": "ada@example.org"}) is None


def test_an_empty_payload_is_not_a_hidden_one():
    assert (shown_payload("test-job", {}), shown_payload("test-job", None)) == ({}, None)


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("test-job", "401 for Bearer abcdef123456", f"401 for Bearer {MASK}"),
        ("test-secret", "anything", HIDDEN),
        ("test-secret", "", ""),
        ("test-job", "", ""),
        ("gone-job", "401 for Bearer abcdef123456", f"401 for Bearer {MASK}"),
    ],
)
def test_words_are_shown_masked_and_of_a_secret_job_not_at_all(name, text, shown):
    assert shown_text(name, text) == shown


@pytest.mark.parametrize(
    ("text", "line"), [("", ""), ("one", "one"), ("\n  \n  one \ntwo", "one"), ("one\r\ntwo", "one"), ("  \n ", "")]
)
def test_the_first_line_is_the_first_with_words(text, line):
    assert first_line(text) == line


def test_values_are_laid_out_for_people():
    assert as_json({"b": "ü", "a": [1, None]}) == '{\n  "b": "ü",\n  "a": [\n    1,\n    null\n  ]\n}'
    assert (as_json(None), as_json({}), as_json(0)) == ("", "{}", "0")
