"""Plugins: taken, granted, switched on and tried by owners. A plugin's page reads everything and changes by POST."""

import json
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib import admin
from django.contrib.messages import success
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from audit.actors import Actor
from plugins import executions, installing
from plugins.admin.install_form import InstallForm
from plugins.capabilities import CAPABILITIES
from plugins.errors import PluginRefused
from plugins.models import Plugin, PluginExecutionLog
from queues.staff_posts import View, see_other, staff_post, tell

VIEW, OPERATE, TRY = "plugins.view_plugin", "plugins.operate_plugin", "plugins.try_plugin"
RUNS_SHOWN = 10
Action = Callable[[HttpRequest, Plugin], str]


@admin.register(Plugin)
class PluginAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "title", "version_number", "enabled", "updated_at")
    list_filter = ("enabled",)
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plugin]:
        plugins: QuerySet[Plugin] = super().get_queryset(request)
        return plugins.select_related("version")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        verbs = {"switch": switch, "grant": grant, "revoke": revoke, "try": try_it}
        own = [path(f"<int:pk>/{word}/", view(verb), name=f"plugins_plugin_{word}") for word, verb in verbs.items()]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(OPERATE)

    def has_change_permission(self, request: HttpRequest, obj: Plugin | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Plugin | None = None) -> bool:
        return False

    @admin.display(description="Title")
    def title(self, plugin: Plugin) -> str:
        return plugin.version.says.title if plugin.version else "-"

    @admin.display(description="Version")
    def version_number(self, plugin: Plugin) -> str:
        return plugin.version.number if plugin.version else "-"

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm(OPERATE):
            raise PermissionDenied
        form = InstallForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and (taken := form.install(Actor.of(request.user))):
            success(request, f"{taken} is installed.")
            return redirect("admin:plugins_plugin_change", taken.plugin_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Install a plugin",
            "form": form,
        }
        return render(request, "admin/plugins/install.html", context, status=400 if form.errors else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        plugin = self.get_object(request, object_id)
        if plugin is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": plugin.name, **_facts(plugin)}
        context["may"] = {"operate": request.user.has_perm(OPERATE), "try": request.user.has_perm(TRY)}
        return render(request, "admin/plugins/plugin.html", context)


def _facts(plugin: Plugin) -> dict[str, Any]:
    says = plugin.version.says if plugin.version else None
    granted = {grant.capability: grant for grant in plugin.grants.all()}
    asked = says.capabilities if says else []
    runs = PluginExecutionLog.objects.filter(version__plugin=plugin).select_related("version__plugin")
    return {
        "plugin": plugin,
        "says": says,
        "schemas": {"Input": _pretty(says.input), "Output": _pretty(says.output)} if says else {},
        "capabilities": [(CAPABILITIES.get(name), name, granted.get(name)) for name in asked],
        "missing": installing.missing_grants(plugin),
        "versions": plugin.versions.order_by("-id"),
        "runs": runs.order_by("-id")[:RUNS_SHOWN],
        "sample": _pretty(_sample(says.input)) if says else "",
    }


def _sample(schema: dict[str, Any]) -> dict[str, Any]:
    """Something to start from: the fields that must be there, empty."""
    empty = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}
    fields = schema.get("properties", {})
    return {name: fields.get(name, {}).get("default", empty.get(fields.get(name, {}).get("type"), ""))
            for name in schema.get("required", [])}  # fmt: skip


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _by(permission: str, *, step_up: bool = False) -> Callable[[Action], View]:
    """The one guard of staff's posts; the action answers in words, or is refused in words."""

    def mark(act: Action) -> View:
        @staff_post(permission, step_up=step_up)
        @wraps(act)
        def guarded(request: HttpRequest, pk: int) -> HttpResponse:
            plugin = Plugin.objects.select_related("version").filter(pk=pk).first()
            if plugin is None:
                raise Http404("There is no such plugin.")
            tell(request, partial(act, request, plugin), refused=PluginRefused)
            return see_other("admin:plugins_plugin_change", pk)

        return guarded

    return mark


@_by(OPERATE)
def switch(request: HttpRequest, plugin: Plugin) -> str:
    on = request.POST.get("on") == "1"
    installing.switch(plugin=plugin, on=on, actor=Actor.of(request.user))
    return "It is switched on." if on else "It is switched off. Runs that were asked for already end without it."


@_by(OPERATE, step_up=True)
def grant(request: HttpRequest, plugin: Plugin) -> str:
    capability = request.POST.get("capability", "")
    installing.grant(plugin=plugin, capability=capability, actor=Actor.of(request.user))
    return f"It may use {capability} from now on."


@_by(OPERATE)
def revoke(request: HttpRequest, plugin: Plugin) -> str:
    capability = request.POST.get("capability", "")
    installing.revoke(plugin=plugin, capability=capability, actor=Actor.of(request.user))
    return f"It may use {capability} no longer."


@_by(TRY)
def try_it(request: HttpRequest, plugin: Plugin) -> str:
    try:
        given = json.loads(request.POST.get("given", ""))
    except json.JSONDecodeError as fault:
        raise PluginRefused(f"the input is not JSON: {fault}") from None
    article = request.POST.get("article", "").strip()
    subject = ("article", article) if article.isdecimal() else executions.NOBODY
    run = executions.ask(plugin.name, given, subject=subject, actor=Actor.of(request.user))
    return f"Run {run.pk} was asked for. Its result stands below as soon as a worker has carried it out."
