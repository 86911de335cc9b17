"""Gives an owner a token for the API, lists theirs, or revokes one.

The token itself is all that goes to standard output, once, so that a script can keep it where secrets are kept.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, Scope, User
from audit.actors import Actor

AT_THE_TERMINAL = Actor("system", "", "manage.py api_token")


class Command(BaseCommand):
    help = "Prints a new API token of the owner EMAIL, once; or lists theirs (--list) or ends one (--revoke PREFIX)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.WRITE, help="write includes read (default)")
        parser.add_argument("--days", type=_days, default=tokens.DEFAULT_DAYS, help="how long it works (%(default)s)")
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--list", action="store_true", help="every token of this owner, newest first")
        instead.add_argument("--revoke", metavar="PREFIX", help="end the token that begins like this, own_ab12cd")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["email"])
        except User.DoesNotExist:
            raise CommandError(f"There is no account with the email {options['email']}.") from None
        if options["list"]:
            self._list(user)
        elif options["revoke"] is not None:
            self._revoke(user, options["revoke"])
        else:
            self._issue(user, Scope(options["scope"]), options["days"])

    def _issue(self, user: User, scope: Scope, days: int) -> None:
        try:
            issued = tokens.issue(user=user, actor=AT_THE_TERMINAL, scope=scope, days=days)
        except tokens.NotAnOwner:
            raise CommandError(f"{user.email} is not an active owner: only owners have tokens.") from None
        self.stdout.write(issued.text)
        words = f"Kept nowhere: it is shown this once. {scope.label}, until {issued.token.expires_at:%Y-%m-%d}."
        self.stderr.write(f"{words} To end it: manage.py api_token {user.email} --revoke {issued.token.prefix}")

    def _list(self, user: User) -> None:
        for token in tokens.tokens_of(user):
            used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
            self.stdout.write(f"{token.prefix}  {token.get_scope_display():15}  {_fate(token)}, last used {used}")

    def _revoke(self, user: User, prefix: str) -> None:
        try:
            tokens.revoke(user=user, prefix=prefix, actor=AT_THE_TERMINAL)
        except tokens.NoSuchToken:
            raise CommandError(f"{user.email} has no token that begins with {prefix} and still works.") from None
        self.stdout.write(f"{prefix} opens nothing any more.")


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= tokens.LONGEST_DAYS:
        raise ValueError(text)
    return days


def _fate(token: ApiToken) -> str:
    if token.revoked_at:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    return f"{'expired' if token.expires_at <= timezone.now() else 'until'} {token.expires_at:%Y-%m-%d}"
