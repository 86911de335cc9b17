"""For whoever lost telephone and recovery codes: the next sign-in by password sets up another app.

It must be run by somebody who knows who asks.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import people, second_factor
from audit.actors import Actor

AT_THE_TERMINAL = Actor("system", "", "manage.py take_away_second_factor")


class Command(BaseCommand):
    help = "Takes the second factor of EMAIL away and ends their sign-ins; the next sign-in sets up another one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = people.known(options["email"])
        if user is None:
            raise CommandError(f"There is no account with the email {options['email']}.")
        if not second_factor.take_away(user=user, actor=AT_THE_TERMINAL):
            raise CommandError(f"{user.email} has no second factor.")
        self.stdout.write(f"{user.email} sets up another app at the next sign-in.")
