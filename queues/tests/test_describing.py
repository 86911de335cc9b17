"""What a job is about, in the words of the room that registered for it; a page never fails for want of them."""

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError

from queues.describing import describe, describe_all
from queues.subjects import Description
from queues.tests.given import put

pytestmark = pytest.mark.django_db


def test_a_job_about_nothing_has_no_description():
    assert describe(put()) is None


def test_the_room_has_the_word(subject):
    subject(describe=lambda id: Description(f"Thing number {id}", f"/things/{id}/"))

    assert describe(put(subject=("thing", "3"))) == Description("Thing number 3", "/things/3/")


def test_of_a_subject_nobody_registered_type_and_id_are_said():
    assert describe(put(subject=("old_thing", "3"))) == Description("old thing 3")


def test_so_are_those_of_a_room_without_words(subject):
    subject(on_done=lambda job: None)

    assert describe(put(subject=("thing", "3"))) == Description("thing 3")


@pytest.mark.parametrize("error", [ObjectDoesNotExist, ValidationError("no id"), ValueError("no id")])
def test_what_is_gone_is_said_to_be(subject, error):
    def fail(id):
        raise error

    subject(describe=fail)

    assert describe(put(subject=("thing", "3"))) == Description("thing 3 (not there any more)")


def test_a_mistake_of_the_room_is_not_hidden(subject):
    def fail(id):
        raise TypeError("a mistake")

    subject(describe=fail)

    with pytest.raises(TypeError):
        describe(put(subject=("thing", "3")))


def test_of_many_jobs_about_the_same_thing_it_is_asked_once(subject):
    asked = []
    subject(describe=lambda id: asked.append(id) or Description(id))
    jobs = [put(subject=("thing", id)) for id in ("3", "4", "3")] + [put()]

    described = describe_all(jobs)

    assert sorted(asked) == ["3", "4"]
    assert described == {("thing", "3"): Description("3"), ("thing", "4"): Description("4"), ("", ""): None}
