"""Signing in by email and password."""

import pytest
from django.contrib.auth import authenticate, get_user
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.models import User
from accounts.tests.conftest import PASSWORD


class CountingHasher(PBKDF2PasswordHasher):
    """The real work, and how often it was done."""

    algorithm = "counting"
    iterations = 1000
    worked = 0

    def encode(self, password, salt, iterations=None):
        type(self).worked += 1
        return super().encode(password, salt, iterations)


@pytest.fixture
def hasher(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    return CountingHasher


def test_the_right_password_signs_in_whatever_the_case_of_the_email(owner):
    assert authenticate(username="OWNER@copydesk.example", password=PASSWORD) == owner
    assert authenticate(email="owner@copydesk.example", password=PASSWORD) == owner


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("owner@copydesk.example", "a wrong enough phrase"),
        ("nobody@copydesk.example", PASSWORD),
        ("owner@copydesk.example", ""),
        ("owner@copydesk.example", None),
        ("", PASSWORD),
        (None, None),
    ],
)
def test_anything_else_does_not(owner, email, password):
    assert authenticate(username=email, password=password) is None


def test_an_account_without_a_password_cannot_be_signed_in_to(customer):
    assert authenticate(username="customer@copydesk.example", password="") is None
    assert authenticate(username="customer@copydesk.example", password=customer.password) is None


@pytest.mark.parametrize("email", ["owner@copydesk.example", "customer@copydesk.example", "nobody@copydesk.example"])
def test_refusing_takes_the_same_work_whoever_is_asked_for(hasher, db, email):
    User.objects.create_user("owner@copydesk.example", "owner", PASSWORD)
    User.objects.create_user("customer@copydesk.example", "customer")
    hasher.worked = 0

    assert authenticate(username=email, password="a wrong enough phrase") is None

    assert hasher.worked == 1


def test_whoever_is_switched_off_cannot_sign_in_and_is_signed_out(owner, client, rf):
    client.force_login(owner)
    User.objects.update(is_active=False)

    request = rf.get("/")
    request.session = client.session

    assert authenticate(username=owner.email, password=PASSWORD) is None
    assert get_user(request).is_anonymous
