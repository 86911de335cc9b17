"""Orders made without an account find their customer once the address is proven.

Only a proven address counts: an access link opens its one order and gives nobody the others.
"""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from accounts.models import User
from accounts.roles import Role
from audit.actors import Actor
from audit.recording import record
from backlinks.models import Order


def attach(user: User) -> int:
    """Every guest's order with this address, in whatever case, becomes theirs; how many did."""
    if user.role != Role.CUSTOMER:
        return 0
    guests = Order.objects.filter(customer=None).alias(address=Lower("email"))
    with transaction.atomic():
        theirs = guests.filter(address=Lower(Value(user.email))).select_for_update(of=("self",))
        ids = [str(id) for id in theirs.order_by("created_at").values_list("pk", flat=True)]
        if ids:
            Order.objects.filter(pk__in=ids).update(customer=user)
            record(actor=Actor.of(user), action="orders.attached", target=("user", str(user.pk)), after={"orders": ids})
    return len(ids)
