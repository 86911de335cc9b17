"""The sign-in log: who came in from where, with the second step or without, and where they are still signed in.

Reads only; refused tries of staff's passwords and codes stand in the record, as `sign_in.refused`.
"""

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from accounts.models import SignIn
from audit.admin import ReadOnly

OPEN, ENDED = "signed in", "ended"


@admin.register(SignIn)
class SignInAdmin(ReadOnly):
    list_display = ("began_at", "user", "device", "network", "second_step", "last_seen_at", "state")
    list_display_links = ("began_at",)
    list_filter = ("user__role", "began_at", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("user__email", "=masked_ip", "device")
    search_help_text = "The person, the network, or the browser"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignIn]:
        rows: QuerySet[SignIn] = super().get_queryset(request)
        return rows.select_related("user")

    @admin.display(description="Network", ordering="masked_ip")
    def network(self, sign_in: SignIn) -> str:
        return sign_in.masked_ip

    @admin.display(description="Second step", ordering="second_factor_at")
    def second_step(self, sign_in: SignIn) -> datetime | None:
        return sign_in.second_factor_at

    @display(description="State", label={OPEN: "success"})  # type: ignore[untyped-decorator]
    def state(self, sign_in: SignIn) -> str:
        return ENDED if sign_in.ended_at else OPEN
