"""A definition is judged whole, each fault named with its path, before anything is written."""

import json

import pytest

from audit.models import AuditEntry
from workflows.definition import read
from workflows.drawing import drawn, in_words
from workflows.editing import switch, write
from workflows.errors import BadDefinition, NotPossible
from workflows.models import Workflow, WorkflowVersion
from workflows.tests.given import OWNER, chain, workflow

EVENTS = frozenset({"article_written"})
ASK = {"step": "condition", "with": {"if": "1 > 0"}, "branches": {"yes": "b", "no": None}}
B = {"step": "mark"}


def faults(definition: object) -> list[str]:
    with pytest.raises(BadDefinition) as bad:
        read(definition if isinstance(definition, str) else json.dumps(definition), events=EVENTS)
    return bad.value.faults


@pytest.mark.parametrize(
    ("definition", "fault"),
    [
        ("{", "line 1, column 2: Expecting property name"),
        ("[]", "Input should be"),
        ({"steps": {"a": B}}, "start: Field required"),
        ({"start": "a", "steps": {}}, "steps: Dictionary should have at least 1"),
        ({"start": "a", "steps": {"a": B}, "more": 1}, "more: Extra inputs"),
        ({"start": "b", "steps": {"a": B}}, "start: there is no step 'b'"),
        ({"start": "a", "steps": {"a": {"step": "nope"}}}, "steps.a.step: there is no 'nope'"),
        ({"start": "a", "steps": {"a": {**B, "with": {"word": 7}}}}, "steps.a.with.word: Input should be"),
        ({"start": "a", "steps": {"a": {**B, "with": {"other": 7}}}}, "steps.a.with.other: Extra inputs"),
        ({"start": "a", "steps": {"a": {**B, "next": "z"}}}, "steps.a: it leads to 'z'"),
        ({"start": "a", "steps": {"a": {**B, "next": "a"}}}, "steps.a: it comes back to itself by a → a"),
        ({"start": "a", "steps": {"a": {**B, "next": "b"}, "b": {**B, "next": "a"}}}, "by a → b → a"),
        ({"start": "a", "steps": {"a": B, "b": B}}, "steps.b: nothing leads there"),
        ({"start": "a", "steps": {"a": {**B, "branches": {"yes": None}}}}, "steps.a.branches: mark has only one"),
        ({"start": "a", "steps": {"a": {**ASK, "branches": {"yes": None}}}}, "steps.a.branches.no: missing"),
        ({"start": "a", "steps": {"a": {**ASK, "next": "b"}, "b": B}}, "steps.a.next: condition has branches"),
        (
            {"start": "a", "steps": {"a": {**ASK, "with": {"if": "1 >"}}, "b": B}},
            "steps.a.with.if: Value error, not an",
        ),
        ({"start": "a", "steps": {"a": B}, "trigger": {"event": "rain"}}, "trigger.event: there is no 'rain'"),
        ({"start": "a", "steps": {"a": B}, "trigger": {"every_minutes": 0}}, "trigger.every_minutes: Input"),
        ({"start": "a", "steps": {"a": B}, "trigger": {"event": "article_written", "every_minutes": 1}}, "not by both"),
        ({"start": "A b", "steps": {"A b": B}}, "start: String should match"),
    ],
)
def test_what_is_wrong_is_named(definition, fault):
    assert any(fault in found for found in faults(definition)), faults(definition)


def test_too_much_is_refused():
    assert "at most 50,000" in faults(" " * 50_001)[0]
    many = {f"s{n}": {**B, "next": f"s{n + 1}" if n < 50 else None} for n in range(51)}
    assert "at most 50 items" in faults({"start": "s0", "steps": many})[0]
    assert faults("[" * 40_000)


def test_a_picture_shows_every_box_and_says_the_same_in_words():
    definition = read({"start": "a", "steps": {"a": ASK, "b": {**B, "next": "c"}, "c": B}}, events=EVENTS)

    picture = drawn(definition, {"a": "done"})

    assert picture.count("<rect") == 3 and picture.count('class="arrow"') == 2 and 'class="box done"' in picture
    assert in_words(definition) == (
        "Starts with a. a (condition): yes b, no the end. b (mark): then c. c (mark): then the end."
    )


@pytest.mark.django_db
class TestWriting:
    def test_a_version_is_kept_with_its_hash_and_on_the_record(self):
        made = write(slug="sample", name="Sample", text=chain("a"), actor=OWNER)

        assert (made.number, len(made.sha256), Workflow.objects.get().version) == (1, 64, made)
        assert AuditEntry.objects.get().action == "workflow.made"
        assert not Workflow.objects.get().enabled

    def test_the_same_again_is_the_same_version_and_another_is_the_next(self):
        workflow(chain("a"))

        assert workflow(chain("a")).version.number == 1
        assert workflow(chain("a", "b")).version.number == 2

    def test_a_wrong_one_writes_nothing(self):
        with pytest.raises(BadDefinition):
            write(slug="sample", name="Sample", text="{", actor=OWNER)

        assert not Workflow.objects.exists() and not AuditEntry.objects.exists()

    def test_two_writers_do_not_overwrite_each_other(self):
        workflow(chain("a"))
        write(slug="sample", name="Sample", text=chain("a", "b"), actor=OWNER, seen_version=1)

        with pytest.raises(NotPossible, match="version 2 was written meanwhile"):
            write(slug="sample", name="Sample", text=chain("a", "c"), actor=OWNER, seen_version=1)
        assert WorkflowVersion.objects.count() == 2

    def test_one_without_a_definition_cannot_be_switched_on(self):
        empty = Workflow.objects.create(slug="empty", name="Empty")

        with pytest.raises(NotPossible):
            switch(workflow=empty, on=True, actor=OWNER)
