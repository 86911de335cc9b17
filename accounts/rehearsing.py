"""What the sign-in of `manage.py selftest` needs in order to be let in: a row of ours, its second step taken.

Whoever runs that command holds the keys of the whole site; it must never be opened to anybody else.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.db.models.functions import Now

from accounts.models import SignIn
from accounts.sessions import KEY

DEVICE = "manage.py selftest"


@contextmanager
def proven(session: SessionBase, user: AbstractBaseUser) -> Iterator[None]:
    begun = SignIn.objects.create(user_id=user.pk, device=DEVICE, second_factor_at=Now())
    session[KEY] = begun.pk
    try:
        yield
    finally:
        SignIn.objects.filter(pk=begun.pk, ended_at=None).update(ended_at=Now())
