"""From a request to the text that answers it: finds the task, has the writer do it, fits it to the schema asked for.

It must never answer a task it does not offer, nor invent a field.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from simulators.openai.errors import JsonObject, Refused
from simulators.openai.writer.spoiled import spoiled
from simulators.openai.writer.task import BadTask, read_task
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
    written = _written(texts[-1] if texts else "", schema, mode)
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
    if offered != "weave_link":
        raise Refused(
            f"The offline writer does not offer the task {offered!r}; it offers 'weave_link'.",
            code="task_not_offered", param="input",
        )  # fmt: skip
    try:
        task = read_task(given)
    except BadTask as problem:
        raise Refused(str(problem), param="input") from problem
    edit = weave(task)
    return json.dumps(_fitted(asdict(spoiled(task, edit) if mode == "bad_edit" else edit), schema), ensure_ascii=False)


def _fitted(edit: dict[str, Any], schema: JsonObject | None) -> dict[str, Any]:
    """Only what the schema has; raises Refused when it wants a field the writer has not got."""
    if schema is None:
        return edit
    wanted = schema.get("properties", {})
    strange = [name for name in schema.get("required", ()) if name not in edit]
    if strange:
        raise Refused(f"The offline writer has no field {', '.join(strange)}.", param="text.format.schema")
    return {name: value for name, value in edit.items() if name in wanted}
