"""From a request to the text that answers it: finds the task, has the writer do it, fits it to the schema asked for.

It must never answer a task it does not offer, nor invent a field.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from simulators.openai.errors import JsonObject, Refused
from simulators.openai.writer import pieces
from simulators.openai.writer.compose import compose, read_commission
from simulators.openai.writer.review import read_article, review
from simulators.openai.writer.review_edit import read_edit, review_edit
from simulators.openai.writer.search import optimised
from simulators.openai.writer.spoiled import spoiled
from simulators.openai.writer.task import BadTask, Declined, read_task
from simulators.openai.writer.weave import weave

CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Answer:
    """`text` is the model's; `refusal` stands in its place when the model declined; `cut` when it ran out of tokens."""

    text: str
    tokens_in: int
    refusal: str = ""
    cut: bool = False

    @property
    def tokens_out(self) -> int:
        return tokens(self.refusal or self.text)


def tokens(text: str) -> int:
    """A rough count, four characters to the token, at least one."""
    return max(1, -(-len(text) // CHARACTERS_PER_TOKEN))


def answer(texts: list[str], schema: JsonObject | None, mode: str) -> Answer:
    """Answer the task in the last of the texts; the earlier ones are only counted. Raises Refused."""
    counted = sum(tokens(text) for text in texts)
    try:
        written = _written(texts[-1] if texts else "", schema, mode)
    except Declined as declined:
        return Answer("", counted, refusal=str(declined))
    if mode == "refusal":
        return Answer("", counted, refusal="I'm sorry, but I can't help with that request.")
    if mode == "truncated":
        return Answer(written[: len(written) // 2], counted, cut=True)
    return Answer(written, counted)


def _written(text: str, schema: JsonObject | None, mode: str) -> str:
    try:
        given = json.loads(text)
    except ValueError as problem:
        raise Refused("The offline writer reads one JSON document as the user's message.", param="input") from problem
    offered = given.get("task") if isinstance(given, dict) else None
    if offered not in TASKS:
        raise Refused(
            f"The offline writer does not offer the task {offered!r}; it offers {', '.join(map(repr, TASKS))}.",
            code="task_not_offered", param="input",
        )  # fmt: skip
    try:
        made = TASKS[offered](given, mode)
    except BadTask as problem:
        raise Refused(str(problem), param="input") from problem
    return json.dumps(_fitted(made, schema), ensure_ascii=False)


def _woven(given: dict[str, Any], mode: str) -> dict[str, Any]:
    task = read_task(given)
    edit = weave(task)
    return asdict(spoiled(task, edit) if mode == "bad_edit" else edit)


def _composed(given: dict[str, Any], mode: str) -> dict[str, Any]:
    task = read_commission(given)
    return asdict(compose(replace(task, sources=()) if mode == "bad_edit" else task))


def _reviewed(given: dict[str, Any], mode: str) -> dict[str, Any]:
    return asdict(review(read_article(given)))


def _edit_reviewed(given: dict[str, Any], mode: str) -> dict[str, Any]:
    return asdict(review_edit(read_edit(given)))


def _fitted(edit: dict[str, Any], schema: JsonObject | None) -> dict[str, Any]:
    """Only what the schema has; raises Refused when it wants a field the writer has not got."""
    if schema is None:
        return edit
    wanted = schema.get("properties", {})
    strange = [name for name in schema.get("required", ()) if name not in edit]
    if strange:
        raise Refused(f"The offline writer has no field {', '.join(strange)}.", param="text.format.schema")
    return {name: value for name, value in edit.items() if name in wanted}


TASKS: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    "weave_link": _woven,
    "write_article": _composed,
    "review_article": _reviewed,
    "review_edit": _edit_reviewed,
    "write_section": pieces.section,
    "write_summary": pieces.summary,
    "write_excerpt": pieces.excerpt,
    "write_headlines": pieces.headlines,
    "write_faq": pieces.questions,
    "translate_article": pieces.translation,
    "optimise_seo": optimised,
}
