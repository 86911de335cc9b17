"""The cast of the demo: an owner, an editor and a customer of copydesk.example.

Their passwords can be worked out from SECRET_KEY, so it must never run where anybody but this machine can sign in.
"""

import base64
import json
from argparse import ArgumentParser
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import Scope, User
from accounts.roles import STAFF, Role
from accounts.tokens import issue
from audit.actors import Actor

CUSTOMER_SIGN_IN = (
    "Customers need no password: the link in each email opens their order, and /accounts/ sends a sign-in code."
)


ACTOR = Actor("system", "", "manage.py sample_people")
TOKEN_DAYS = 7


class Command(BaseCommand):
    help = (
        "Adds the demo's owner, editor and customer, or finds them again, and prints how they sign in. Loopback only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        host = urlsplit(settings.SITE_URL).hostname or ""
        if not _is_loopback(host):
            raise CommandError(f"SITE_URL is {host}: sample people are for a site on this machine only.")
        with transaction.atomic():
            cast = {role.value: _present(role) for role in (Role.OWNER, Role.EDITOR, Role.CUSTOMER)}
            cast[Role.OWNER.value]["api_token"] = _token(cast[Role.OWNER.value]["email"])
        if options["json"]:
            self.stdout.write(json.dumps(cast))
            return
        for role, sign_in in cast.items():
            self.stdout.write(f"{role:9} {sign_in['email']}  {sign_in.get('password') or sign_in['sign_in']}")
        self.stdout.write(f"API token {cast[Role.OWNER.value]['api_token']}")


def _present(role: Role) -> dict[str, str]:
    email = f"{role.value}@copydesk.example"
    password = _password(role) if role in STAFF else None
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, role, password)
    if password is None:
        return {"email": email, "sign_in": CUSTOMER_SIGN_IN}
    if not user.check_password(password):  # SECRET_KEY is another one by now
        user.set_password(password)
        user.save(update_fields=["password"])
    return {"email": email, "password": password}


def _token(email: str) -> str:
    """A new one at every run: an earlier one cannot be read again, and ends by itself."""
    owner = User.objects.get(email=email)
    return issue(user=owner, actor=ACTOR, scope=Scope.WRITE, days=TOKEN_DAYS).text


def _password(role: Role) -> str:
    """The same at every run, so that the data of an earlier demo stay reachable. For the demo only."""
    digest = salted_hmac("accounts.sample_people", role.value, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)[:20].decode()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
