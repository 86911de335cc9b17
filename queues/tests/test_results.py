"""Celery's own record: one row for each task, the latest word, and nothing lost to another's fault."""

import json
from typing import Any

import pytest
from celery import current_app
from celery.app.task import Context
from django.db import connection
from django.utils import timezone
from django_celery_results.models import TaskResult

from queues.results import Witness, _say
from queues.tests.given import at_once
from queues.together import JOBS_UNDER_WAY

REQUEST = Context(task="test-job", argsrepr="(1,)", kwargsrepr="{}", hostname="here", children=[])
STATED = ("task_id", "status", "result", "traceback", "content_type", "content_encoding")


@pytest.fixture
def witness() -> Witness:
    return Witness(app=current_app)


def told(**where: Any) -> list[tuple[Any, ...]]:
    return list(TaskResult.objects.filter(**where).order_by("task_id").values_list(*STATED))


@pytest.mark.django_db
def test_a_word_is_kept_with_its_times(witness):
    witness.store_result("a", {"outcome": "completed"}, "SUCCESS", request=REQUEST)

    assert told() == [("a", "SUCCESS", '{"outcome": "completed"}', None, "application/json", "utf-8")]
    kept = TaskResult.objects.get()
    assert kept.date_created == kept.date_done <= timezone.now()
    assert (kept.task_name, kept.task_args, kept.worker) == ("test-job", '"(1,)"', "here")
    assert (json.loads(kept.meta), kept.date_started) == ({"children": []}, None)


@pytest.mark.django_db
def test_a_later_word_on_the_same_task_stands(witness):
    witness.store_result("a", {"outcome": "completed"}, "SUCCESS")
    created_at = TaskResult.objects.get().date_created

    witness.store_result("a", ValueError("no"), "FAILURE", traceback="where it was", request=REQUEST)

    ((_, status, result, traceback, *_),) = told()
    assert (status, json.loads(result)["exc_message"], traceback) == ("FAILURE", ["no"], "where it was")
    assert TaskResult.objects.get().date_created == created_at


@pytest.mark.django_db
def test_of_two_words_on_one_task_at_once_the_later_stands():
    names = [
        field.attname for field in TaskResult._meta.concrete_fields if not field.attname.startswith(("id", "date"))
    ]
    word = dict.fromkeys(names) | {"task_id": "a", "content_type": "application/json", "content_encoding": "utf-8"}

    _say([word | {"status": "RETRY"}, word | {"status": "SUCCESS"}], connection)

    assert [status for _, status, *_ in told()] == ["SUCCESS"]


@pytest.mark.django_db
def test_it_is_read_as_the_library_reads_it(witness):
    witness.store_result("a", {"outcome": "completed"}, "SUCCESS")

    assert witness.get_result("a") == {"outcome": "completed"}
    assert witness.get_status("b") == "PENDING"
    witness.forget("a")
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_kept_takes_no_other_word_with_it(witness):
    texts = ["fine"] * 4 + ["a\x00b"] + ["fine"] * 4
    with JOBS_UNDER_WAY.one_more():
        at_once(
            *[
                lambda number=number, text=text: witness.store_result(
                    f"{number}", {"outcome": "completed"}, "SUCCESS", traceback=text, request=REQUEST
                )
                for number, text in enumerate(texts)
            ]
        )

    assert [task_id for task_id, *_ in told()] == [str(number) for number, text in enumerate(texts) if text == "fine"]
