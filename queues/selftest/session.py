"""A session of a minute for somebody who may see the queues, so that the owner's pages are asked for as they would be.

It is put on record, and ended by whoever opened it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from audit.recording import record
from queues.api.permissions import VIEW
from queues.selftest.rehearsal import ACTOR, REASON

LASTS_SECONDS = 60
Proof = Callable[[SessionBase, AbstractBaseUser], AbstractContextManager[object]]
_PROOFS: list[Proof] = []


class NoOwner(LookupError):
    """Nobody active may see the queues."""


def register_proof(proof: Proof) -> None:
    """Have `proof` put into the session what the site asks for besides Django's own; it is left as the session ends."""
    _PROOFS.append(proof)


@contextmanager
def owner_session() -> Iterator[str]:
    """The value of the Cookie header. Raises NoOwner."""
    owner = _somebody_who_may()
    session = _signed_in(owner)
    with ExitStack() as proofs:
        with transaction.atomic():
            for proof in _PROOFS:
                proofs.enter_context(proof(session, owner))
            session.create()
            record(actor=ACTOR, action="session.opened", target=("user", str(owner.pk)), reason=REASON)
        proofs.callback(session.delete)
        yield f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _somebody_who_may() -> AbstractBaseUser:
    """The first by age: this room knows neither roles nor what makes one an owner."""
    everybody = get_user_model()._default_manager.filter(is_active=True).order_by("pk")
    for person in everybody.iterator(chunk_size=500):
        if person.has_perm(VIEW):
            return person
    raise NoOwner("nobody active may see the queues: make an owner by `manage.py createsuperuser`")


def _signed_in(person: AbstractBaseUser) -> SessionBase:
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.set_expiry(LASTS_SECONDS)
    return session
