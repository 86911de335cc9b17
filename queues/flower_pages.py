"""Flower's own pages, with a way back: the page of a task leads to the page of its job.

Flower has no option for a link. Its task page is extended, block by block, through the template loader that Tornado
lets an application bring; nothing of Flower is replaced. Only `manage.py flower` imports this.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from flower.urls import settings as application_settings
from tornado.template import Loader, Template

from queues.task_jobs import task_page

TASK_PAGE = "task.html"
# Tornado has no way to keep what a block held: the block is said again, with ours below it.
_EXTENDED = """{{% extends "{flowers_own}" %}}
{{% block navbar %}}
  {{% module Template("navbar.html", active_tab="tasks") %}}
  {{% if job_address(task) %}}
  <p class="container-fluid pt-3 mb-0 text-center">
    <a id="job-page" href="{{{{ job_address(task) }}}}">This task’s job in {{{{ site_name }}}}</a>
  </p>
  {{% end %}}
{{% end %}}
"""


def lead_back() -> None:
    """Must be called before Flower makes its application."""
    application_settings["template_loader"] = loader(application_settings["template_path"])


def loader(folder: str) -> Loader:
    """Flower's templates in `folder`, the task's page extended."""
    names: dict[str, Any] = {"job_address": job_address, "site_name": settings.SITE_NAME}
    made = Loader(folder, namespace=names)
    text = _EXTENDED.format(flowers_own=Path(folder, TASK_PAGE).resolve())
    made.templates[TASK_PAGE] = Template(text, name=TASK_PAGE, loader=made)
    return made


def job_address(task: Any) -> str:
    """Of one of Flower's tasks; empty when Flower did not hear what it was."""
    path = task_page(task.name, task.uuid, task.result)
    return f"{settings.SITE_URL}{path}" if path else ""
