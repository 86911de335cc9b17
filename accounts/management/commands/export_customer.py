"""Everything kept of a customer, as JSON in a zip, for whoever asked what is known of them (GDPR, article 15).

Written with the mode 0600: it is theirs alone.
"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.personal import verbs
from audit.actors import Actor

AT_THE_TERMINAL = Actor("system", "", "manage.py export_customer")


class Command(BaseCommand):
    help = "Writes everything kept of the customer EMAIL, with an account or as a guest, to a zip of JSON files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        told = "the file (%(default)s); none is overwritten"
        parser.add_argument("--to", type=Path, default=Path("personal-data.zip"), help=told)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["to"]
        try:
            person = verbs.find(options["email"])
            out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise CommandError(f"{file} is there already.") from None
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}.") from None
        except verbs.ErasedAlready:
            raise CommandError("Whoever had this address was erased, and nothing came since.") from None
        except verbs.NobodyKnown:
            raise CommandError("Nothing is kept of anybody with this address.") from None
        except verbs.IsStaff:
            raise CommandError("This is staff, not a customer.") from None
        with os.fdopen(out, "wb") as written:
            written.write(verbs.export(person=person, actor=AT_THE_TERMINAL))
        self.stdout.write(f"Everything kept of them is in {file}.")
