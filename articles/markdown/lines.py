"""Source lines exactly as the Markdown parser counts them.

It must never split where the parser does not: `str.splitlines` also breaks at form feeds and U+2028, which
would shift every line number after one.
"""

import re

BYTE_ORDER_MARK = "\ufeff"

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ENDING = re.compile(r"(?:\r\n|\r|\n)\Z")


def split_lines(body: str) -> list[str]:
    """The lines of `body` with their endings; joined again they are `body`."""
    return _LINE.findall(body)


def without_ending(text: str) -> str:
    """`text` without its last line ending, if it has one."""
    return _ENDING.sub("", text)


def line_ending(body: str) -> str:
    """The first line ending used in `body`; a plain newline when it has none."""
    first = re.search(r"\r\n|\r|\n", body)
    return first.group() if first else "\n"


def with_line_endings(text: str, ending: str) -> str:
    """`text` with every line ending replaced by `ending`."""
    return re.sub(r"\r\n|\r|\n", lambda _: ending, text)
