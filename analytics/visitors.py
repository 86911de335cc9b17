"""Who did something, as far as that is known: a visitor for a day, or a signed-in customer.

A visitor is a keyed hash of address and browser. Its key is made of a random salt that is deleted when the day is over,
so that afterwards nobody, whatever keys they hold, can tell whose it was or find the same visitor on another day.
"""

import hmac
import secrets
from datetime import date
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.db import connection

from analytics.models import VisitorSalt
from analytics.ranges import today

# The first process of a day makes it; those that come at the same moment read what that one made.
_MAKE = "INSERT INTO analytics_visitorsalt (day, salt) VALUES (%s, %s) ON CONFLICT DO NOTHING"


def visitor_of(address: str, agent: str) -> int:
    """A whole number of 64 bits; the address itself is kept nowhere."""
    return _number(_key(today()), f"{address}\n{agent}")


def person_of(user_id: int) -> int:
    """Of a signed-in customer: the same for as long as the site keeps its SECRET_KEY."""
    return _number(f"analytics.person:{settings.SECRET_KEY}".encode(), str(user_id))


def forget_past_days() -> int:
    """Delete the salts of days that are over; how many there were."""
    return VisitorSalt.objects.filter(day__lt=today()).delete()[0]


@lru_cache(maxsize=1)
def _key(day: date) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [day, secrets.token_bytes(32)])
    salt = bytes(VisitorSalt.objects.get(day=day).salt)
    return hmac.digest(settings.SECRET_KEY.encode(), salt, sha256)


def _number(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, text.encode(), sha256)[:8], signed=True)
