"""A system that ends in the middle of its customers' purchases, and what is needed to begin again elsewhere."""

import json
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from tests.customer import Customer
from tests.system import RUN, System

AT_ONCE, MOST = 3, 18  # customers who buy at once, and in all: an address may ask for 20 quotes a minute


@dataclass(frozen=True)
class Disaster:
    """The system that ended, the backup of it and what that says of itself, and who had opened the pay page."""

    old: System
    backup: Path
    figures: dict[str, Any]
    unpaid: Customer


def new_database(old: System, name: str) -> str:
    with psycopg.connect(old.demo["database_url"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(old.demo["database_url"].rpartition("/")[0] + f"/{name}")


def signal_all(groups: list[int], number: signal.Signals) -> None:
    """Each with the processes it started: gunicorn's own workers would go on serving."""
    for group in groups:
        os.killpg(group, number)


class Buying:
    """Customers who buy at once, each the next when the last was written, until the block ends."""

    def __init__(self, system: System, articles: list[dict[str, Any]]) -> None:
        self.system, self.articles = system, articles
        self.over, self.numbers = Event(), count()
        self.people = ThreadPoolExecutor(AT_ONCE)

    def __enter__(self) -> None:
        self.working = [self.people.submit(self.go_on) for _ in range(AT_ONCE)]

    def go_on(self) -> None:
        while not self.over.is_set() and (number := next(self.numbers)) < MOST:
            buyer = Customer(System(self.system.home), f"buyer-{RUN}-{number}@example.org")
            buyer.buy(self.articles[number % len(self.articles)]).reach("QUALITY_CHECK", seconds=120)

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for one in self.working:
            one.result()
        self.people.shutdown()


def settled(home: Path, old: System) -> Path:
    """The operator kept the settings: without them no link and no sign-in of before would open."""
    home.mkdir()
    shutil.copy(old.home / "secrets.json", home)
    return home


def outside(old: System, database: str) -> dict[str, str]:
    """Stripe and the mailbox are where they were; Redis and the model are new, and empty."""
    kept = json.loads((old.home / "secrets.json").read_text())
    smtp = json.loads((old.home / "ports.json").read_text())["smtp"]
    return {
        "DATABASE_URL": database,
        "STRIPE_SECRET_KEY": kept["STRIPE_SECRET_KEY"],
        "STRIPE_WEBHOOK_SECRET": kept["STRIPE_WEBHOOK_SECRET"],
        "STRIPE_API_BASE": old.demo["stripe"],
        "STRIPE_CHECKOUT_ORIGIN": old.demo["stripe"],
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
        "MAILBOX_URL": old.demo["mailbox"],
    }
