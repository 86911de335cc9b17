"""Accounts: one per email, one role each."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role


def test_an_email_names_one_account_whatever_its_case(owner):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("OWNER@copydesk.example", Role.EDITOR)

    assert User.objects.count() == 1


def test_an_account_is_found_whatever_the_case(owner):
    assert User.objects.get_by_natural_key("Owner@COPYDESK.example") == owner


@pytest.mark.django_db
def test_the_email_keeps_the_case_it_was_given_before_the_at():
    assert User.objects.create_user(" Ada@Example.COM ", Role.CUSTOMER).email == "Ada@example.com"


def test_an_account_without_a_password_has_none_that_fits(customer):
    assert not customer.has_usable_password()
    assert not customer.check_password("")


@pytest.mark.django_db
def test_a_role_that_is_not_one_is_refused_by_the_manager_and_by_the_database():
    with pytest.raises(ValueError, match="root"):
        User.objects.create_user("root@copydesk.example", "root")
    with pytest.raises(IntegrityError, match="user_role_is_known"), transaction.atomic():
        User.objects.bulk_create([User(email="root@copydesk.example", role="root")])

    assert User.objects.count() == 0


@pytest.mark.django_db
def test_a_superuser_is_an_owner():
    user = User.objects.create_superuser("first@copydesk.example", "a long enough phrase")

    assert (user.role, user.is_staff, user.check_password("a long enough phrase")) == ("owner", True, True)


def test_owners_and_editors_are_staff_and_customers_are_not(owner, editor, customer):
    assert [person.is_staff for person in (owner, editor, customer)] == [True, True, False]
