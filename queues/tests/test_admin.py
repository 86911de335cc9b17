"""Celery's own record in the admin: for owners, to read, leading to the job; and no other way to it."""

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_celery_results.models import GroupResult, TaskResult

from accounts.roles import Role
from queues.showing import HIDDEN
from queues.tests.browsing import browser, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
JOB, CHUNK = "01a21364-ba5b-75af-a8b6-afbc37c370bc", "71d8b470-c768-49c2-b0a4-150b72e461aa"
LIST = "/admin/django_celery_results/taskresult/"
GROUPS = "/admin/django_celery_results/groupresult/"


def record(name: str = "test-job", task_id: str = f"{JOB}.2", **more: Any) -> TaskResult:
    facts = {"task_args": f"\"('{JOB}', 2)\"", "status": "FAILURE", "result": '{"exc_message": ["no"]}', **more}
    return TaskResult.objects.create(task_id=task_id, task_name=name, **facts)


def page_of(result: TaskResult) -> str:
    return f"{LIST}{result.pk}/change/"


def test_each_row_leads_to_its_job():
    record(), record("test-small", CHUNK)
    record("nobody-declares-this", "x", task_args=None)

    rows = read(browser().get(LIST)).all("tr")
    back = {link["href"]: link.text for row in rows for link in row.all("a") if "/admin/queues/test" in link["href"]}

    assert back == {
        reverse("queues:job", args=["test.queue", JOB]): JOB,
        reverse("queues:chunk", args=["test.chunked", CHUNK]): "The first of its chunk",
    }


def test_its_own_page_leads_there_too():
    page = read(browser().get(page_of(record())))

    assert [link for link in page.links() if "/jobs/" in link] == [reverse("queues:job", args=["test.queue", JOB])]


def test_it_is_found_by_the_jobs_id():
    record(), record(task_id="01a21364-c128-7cec-b6fa-1ee9ac1440f4.1")

    found = read(browser().get(LIST, {"q": JOB})).text

    assert f"{JOB}.2" in found and "01a21364-c128" not in found


def test_what_looks_secret_is_masked_and_a_secret_jobs_words_are_not_shown():
    token = "sk_live_4242424242"
    masked = browser().get(page_of(record(result=token, traceback=f"Error: {token}"))).content.decode()
    hidden = browser().get(page_of(record("test-secret", f"{JOB}.3", result="orchid", traceback="orchid")))

    assert token not in masked and masked.count("sk_•••") == 2
    assert "orchid" not in hidden.content.decode() and hidden.content.decode().count(HIDDEN) == 2


def test_nobody_changes_it():
    result, group = record(), GroupResult.objects.create(group_id="g")
    before = (list(TaskResult.objects.values()), list(GroupResult.objects.values()))
    pages = [f"{LIST}add/", page_of(result), f"{LIST}{result.pk}/delete/"]
    pages += [f"{GROUPS}add/", f"{GROUPS}{group.pk}/change/", f"{GROUPS}{group.pk}/delete/"]
    http = browser()
    delete = {"action": "delete_selected", "_selected_action": str(result.pk), "post": "yes"}

    assert [http.post(page, {"status": "SUCCESS"}).status_code for page in pages] == [403] * len(pages)
    http.post(LIST, delete)

    assert (list(TaskResult.objects.values()), list(GroupResult.objects.values())) == before


@pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 403), (Role.CUSTOMER, 302), (None, 302)])
def test_only_owners_read_it(role, status):
    pages = [LIST, page_of(record()), GROUPS]

    assert [browser(role).get(page).status_code for page in pages] == [status] * len(pages)


def test_its_own_addresses_which_ask_nobody_who_they_are_are_not_ours():
    def modules(patterns: list[Any]) -> set[str]:
        inside = [modules(each.url_patterns) for each in patterns if isinstance(each, URLResolver)]
        own = {each.callback.__module__ for each in patterns if isinstance(each, URLPattern)}
        return own.union(*inside)

    found = modules(get_resolver().url_patterns)

    assert "queues.views.overview" in found and "django_celery_results.views" not in found
