"""People, as owners add them and change what they may do.

Accounts are switched off here, never deleted: the record and what they bought still speak of them.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.messages import error, success
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import inviting, people, sessions
from accounts.admin import personal, who_may
from accounts.models import User
from audit.actors import Actor
from audit.logged_reading import LoggedReading
from audit.recording import record
from queues.staff_posts import see_other, staff_post
from queues.stepping_up import ask_first

CHANGE = "accounts.change_user"

admin.site.unregister(Group)  # a group would grant nothing: the table of roles says who may do what


class AddForm(UserCreationForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("email", "name", "role")


class ChangeForm(UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("name", "role", "is_active", "password")

    def clean(self) -> dict[str, object]:
        values: dict[str, object] = super().clean() or self.cleaned_data
        role, is_active = str(values.get("role", self.instance.role)), bool(values.get("is_active"))
        try:
            people.refuse_losing_last_owner(user_id=self.instance.pk, role=role, is_active=is_active)
        except people.LastOwner as error:
            raise forms.ValidationError(str(error)) from error
        return values


@staff_post(CHANGE)
def sign_out_everywhere(request: HttpRequest, user_id: int) -> HttpResponse:
    """Every browser of theirs, this one too if it is one."""
    ended = people.sign_out_everywhere(user_id=user_id, actor=Actor.of(request.user))
    success(request, f"Signed out everywhere: {ended} browser{'' if ended == 1 else 's'}.")
    return see_other("admin:accounts_user_change", user_id)


@staff_post(CHANGE, step_up=True)
def invite_again(request: HttpRequest, user_id: int) -> HttpResponse:
    """Another link, for whoever let the first one expire."""
    user = get_object_or_404(User, pk=user_id)
    try:
        inviting.invite(user=user, actor=Actor.of(request.user))
    except inviting.NotInvited:
        error(request, "Nothing was sent: they have a password already, or are no active staff.")
    else:
        success(request, f"Another invitation is on its way to {user.email}.")
    return see_other("admin:accounts_user_change", user_id)


@admin.register(User)
class UserAdmin(LoggedReading, DjangoUserAdmin):  # type: ignore[type-arg,misc]  # generic in the stubs only
    change_form_outer_after_template = "admin/accounts/signed_in.html"
    form = ChangeForm
    add_form = AddForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("email", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "is_active", "password")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("who-may/", view(who_may.page), name="accounts_user_who_may"),
            path("<int:user_id>/sign-out/", view(sign_out_everywhere), name="accounts_user_sign_out"),
            path("<int:user_id>/invite/", view(invite_again), name="accounts_user_invite"),
            path("personal-data/", view(personal.page), name="accounts_user_personal"),
            path("personal-data/export/", view(personal.export), name="accounts_user_export"),
            path("personal-data/erase/", view(personal.erase), name="accounts_user_erase"),
        ]
        return [*own, *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Somebody added, or a role changed: soon after the second step only, and before a form is filled in vain."""
        may = self.has_change_permission(request) and self.has_add_permission(request)
        first = ask_first(request) if may and (request.method == "POST" or object_id is None) else None
        return first or super().changeform_view(request, object_id, form_url, extra_context)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ChangeForm | AddForm, change: bool) -> None:
        actor = Actor.of(request.user)
        if change:
            people.change(user_id=obj.pk, actor=actor, name=obj.name, role=obj.role, is_active=obj.is_active)
        else:
            self._add(request, obj, actor)

    def _add(self, request: HttpRequest, user: User, actor: Actor) -> None:
        """Staff without a password are asked by email to choose one."""
        with transaction.atomic():
            people.add(user=user, actor=actor)
            if not inviting.may_be_invited(user):
                return
            inviting.invite(user=user, actor=actor)
        success(request, f"An invitation is on its way to {user.email}: they choose their own password.")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        if self.has_change_permission(request) and (first := ask_first(request)):
            return first
        with transaction.atomic():  # the new password and its entry in the record, or neither
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: User, message: object) -> LogEntry:
        """Django's password form saves by itself and says so only here; other changes are recorded by their verb."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            record(actor=Actor.of(request.user), action="user.password_changed", target=("user", str(obj.pk)))
            sessions.end_after_new_password(request, obj)
        return super().log_change(request, obj, message)
