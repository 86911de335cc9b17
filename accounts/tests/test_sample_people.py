"""The demo's cast."""

import io
import json

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.tokens import opened_by


def sample(*arguments: str) -> str:
    printed = io.StringIO()
    call_command("sample_people", *arguments, stdout=printed)
    return printed.getvalue()


def known(token: str) -> str:
    return opened_by(token).user.email


@pytest.mark.django_db
def test_the_cast_can_sign_in_as_printed():
    cast = json.loads(sample("--json"))

    assert list(cast) == ["owner", "editor", "customer"]
    for role in ("owner", "editor"):
        user = authenticate(username=cast[role]["email"], password=cast[role]["password"])
        assert user is not None
        assert user.role == role
    assert cast["customer"]["email"] == "customer@copydesk.example"
    assert "link in each email" in cast["customer"]["sign_in"]
    assert "password" not in cast["customer"]


@pytest.mark.django_db
def test_a_second_run_changes_nothing_but_the_token():
    first = json.loads(sample("--json"))
    hashes = list(User.objects.values_list("email", "password"))

    second = json.loads(sample("--json"))

    tokens = {cast["owner"].pop("api_token") for cast in (first, second)}
    assert second == first
    assert [known(token) for token in tokens] == ["owner@copydesk.example"] * 2
    assert list(User.objects.values_list("email", "password")) == hashes


@pytest.mark.django_db
def test_under_another_key_what_is_printed_is_true_again(settings):
    before = json.loads(sample("--json"))
    settings.SECRET_KEY = "another-key-only-for-this-test"

    after = json.loads(sample("--json"))

    assert after["owner"]["password"] != before["owner"]["password"]
    assert authenticate(username=after["owner"]["email"], password=after["owner"]["password"]) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("site", ["https://copydesk.com", "http://192.168.1.5:8000", "http://127.0.0.1.example.com"])
def test_a_site_that_others_can_reach_gets_no_sample_people(settings, site):
    settings.SITE_URL = site

    with pytest.raises(CommandError, match="this machine only"):
        sample()

    assert User.objects.count() == 0
