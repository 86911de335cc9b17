"""What went wrong in a job, as it is kept."""

import traceback
from dataclasses import dataclass

ERROR_CHARACTERS, TRACEBACK_CHARACTERS = 2_000, 12_000


@dataclass(frozen=True)
class Fault:
    """An error as it is kept: its type, words and traceback, cut to a bearable length."""

    type: str = ""
    message: str = ""
    traceback: str = ""

    @classmethod
    def of(cls, error: BaseException) -> "Fault":
        kind = type(error)
        return cls(
            f"{kind.__module__}.{kind.__qualname__}"[:200],
            storable(str(error))[:ERROR_CHARACTERS],
            storable("".join(traceback.format_exception(error)))[-TRACEBACK_CHARACTERS:],
        )


def storable(text: str) -> str:
    """As PostgreSQL can keep it: no NUL, no half of a surrogate pair; an error may say anything."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
