"""Erases a customer: a pseudonym takes their place, and only what the law makes us keep stays (accounts.personal).

It cannot be undone, and does nothing while an order is being worked on or its money is not settled.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.personal import verbs
from audit.actors import Actor

AT_THE_TERMINAL = Actor("system", "", "manage.py erase_customer")


class Command(BaseCommand):
    help = "Erases the customer EMAIL, with an account or as a guest. Cannot be undone. Run again, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", required=True, help="why; it goes on the record")
        parser.add_argument("--no-input", action="store_true", help="do not ask for the address once more")

    def handle(self, *args: Any, **options: Any) -> None:
        email: str = options["email"]
        if not options["no_input"] and input("The address once more, to confirm: ").strip() != email:
            raise CommandError("That is another address. Nothing was erased.")
        try:
            erased = verbs.erase(email=email, actor=AT_THE_TERMINAL, reason=options["reason"])
        except verbs.ErasedAlready:
            self.stdout.write("Whoever had this address was erased before, and nothing came since.")
            return
        except verbs.NobodyKnown:
            raise CommandError("Nothing is kept of anybody with this address.") from None
        except verbs.IsStaff:
            raise CommandError("This is staff: switch the account off instead.") from None
        except verbs.ReasonMissing:
            raise CommandError("Say why.") from None
        except verbs.StillNeeded as refusal:
            raise CommandError(f"Nothing was erased. {refusal}") from None
        self.stdout.write(f"Erased; what has to be kept stands under {erased.pseudonym}.")
        for name, count in erased.counts.items():
            self.stdout.write(f"  {name}: {count}")
