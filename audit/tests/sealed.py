"""A short chain to look at, and a way past the triggers."""

from django.db import connection, transaction

from audit.actors import SYSTEM, Actor
from audit.models import AuditEntry
from audit.recording import record
from audit.verifying import verify

CUSTOMER = Actor(type="user", id="7", label="reader@example.com")
OWNER = Actor(type="user", id="1", label="owner@copydesk.example")


def entry(number: int = 41, actor: Actor = SYSTEM, **more) -> int:
    with transaction.atomic():
        return record(actor=actor, action="order.failed", target=("order", str(number)), **more).pk


def tamper(*statements: str) -> None:
    """As somebody who may switch triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


def findings(**asked) -> list[str]:
    return [str(problem) for problem in verify(**asked).problems]


def entries() -> list[int]:
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
