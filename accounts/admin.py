"""People, as owners add them and change what they may do.

Accounts are switched off here, never deleted: the record and what they bought still speak of them.
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import people, sessions
from accounts.models import User
from audit.actors import Actor
from audit.recording import record


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


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
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

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ChangeForm | AddForm, change: bool) -> None:
        actor = Actor.of(request.user)
        if change:
            people.change(user_id=obj.pk, actor=actor, name=obj.name, role=obj.role, is_active=obj.is_active)
        else:
            people.add(user=obj, actor=actor)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():  # the new password and its entry in the record, or neither
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: User, message: object) -> LogEntry:
        """Django's password form saves by itself and says so only here; other changes are recorded by their verb."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            record(actor=Actor.of(request.user), action="user.password_changed", target=("user", str(obj.pk)))
            sessions.end_after_new_password(request, obj)
        return super().log_change(request, obj, message)
