"""Celery's own record of each run, as owners read it: what django-celery-results shows, and the way to the job.

Nothing is added, changed or removed here: it is a witness. The backbone's own rows have pages of their own.
"""

from django.contrib import admin
from django.utils.html import format_html
from django_celery_results.models import GroupResult, TaskResult
from unfold.admin import ModelAdmin

from audit.reading import ForReading
from queues.showing import shown_text
from queues.task_jobs import task_page


class TaskResultAdmin(ForReading, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    list_display = ("task_id", "task_name", "status", "date_done", "worker", "job")
    list_filter = ("status", "date_done")
    search_fields = ("^task_id", "=task_name")
    search_help_text = "The task’s id or its beginning (a job’s id is one), or a job’s whole name"
    fieldsets = (
        (None, {"fields": ("job", "task_id", "task_name", "status", "worker")}),
        ("Parameters", {"fields": ("task_args", "task_kwargs")}),
        ("Result", {"fields": ("shown_result", "date_created", "date_started", "date_done", "shown_traceback")}),
    )
    readonly_fields = ("job", "shown_result", "shown_traceback")

    @admin.display(description="Job")
    def job(self, result: TaskResult) -> str:
        page = task_page(result.task_name, result.task_id, result.result)
        if not page:
            return "–"
        job_id, _, generation = result.task_id.partition(".")
        words = job_id if generation else "The first of its chunk"
        return format_html('<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>', page, words)

    @admin.display(description="Result")
    def shown_result(self, result: TaskResult) -> str:
        return shown_text(result.task_name or "", result.result or "") or "–"

    @admin.display(description="Traceback")
    def shown_traceback(self, result: TaskResult) -> str:
        return shown_text(result.task_name or "", result.traceback or "") or "–"


class GroupResultAdmin(ForReading, ModelAdmin):  # type: ignore[misc]
    """Always empty: our jobs are never Celery's groups."""

    list_display = ("group_id", "date_done")


for model, page in ((TaskResult, TaskResultAdmin), (GroupResult, GroupResultAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, page)
