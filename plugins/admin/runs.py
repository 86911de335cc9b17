"""Every run of a plugin, as it was given and as it ended; secret fields stay masked."""

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from audit.reading import ForReading
from plugins.models import ExecutionState, PluginExecutionLog
from plugins.showing import shown

COLOURS = {
    ExecutionState.DONE.label: "success",
    ExecutionState.FAILED.label: "danger",
    ExecutionState.ASKED.label: "info",
}


@admin.register(PluginExecutionLog)
class RunAdmin(ForReading, ModelAdmin):  # type: ignore[misc]
    list_display = ("asked_at", "version", "about", "asked_by", "how_it_ended", "took", "memory")
    list_display_links = ("asked_at", "version")
    list_filter = ("state", "version__plugin", "asked_at")
    search_fields = ("=subject_id", "=input_sha256", "error", "version__plugin__name")
    search_help_text = "What it was about, the hash of its input, or its error"
    ordering = ("-id",)
    fields = (
        "version", "about", "asked_by", "asked_at", "how_it_ended", "error", "given", "came_out", "printed", "calls",
        "took", "memory", "input_sha256", "finished_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[PluginExecutionLog]:
        runs: QuerySet[PluginExecutionLog] = super().get_queryset(request)
        return runs.select_related("version__plugin")

    @admin.display(description="About")
    def about(self, run: PluginExecutionLog) -> str:
        return f"{run.subject_type} {run.subject_id}".strip() or "-"

    @display(description="State", ordering="state", label=COLOURS)  # type: ignore[untyped-decorator]
    def how_it_ended(self, run: PluginExecutionLog) -> str:
        return str(run.get_state_display())

    @admin.display(description="Took", ordering="milliseconds")
    def took(self, run: PluginExecutionLog) -> str:
        return "-" if run.milliseconds is None else f"{run.milliseconds:,} ms"

    @admin.display(description="Memory", ordering="memory_bytes")
    def memory(self, run: PluginExecutionLog) -> str:
        return "-" if run.memory_bytes is None else f"{run.memory_bytes / 1024**2:.0f} MiB"

    @admin.display(description="Input")
    def given(self, run: PluginExecutionLog) -> SafeString:
        return _as_json(shown(run.version.says.input, run.input))

    @admin.display(description="Output")
    def came_out(self, run: PluginExecutionLog) -> SafeString | str:
        return "-" if run.output is None else _as_json(shown(run.version.says.output, run.output))


def _as_json(value: object) -> SafeString:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html('<pre class="wrapped">{}</pre>', text)
