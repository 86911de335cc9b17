"""What is known of a message that was not plainly taken: certainly not, or perhaps.

The difference must never be blurred: the one may be tried again for ever, the other once.
"""

from audit.masking import masked_text
from mail.lines import one_line

KEPT = 500


class Unsent(Exception):
    """The server certainly has not taken the message. `final`: it never will, as it stands.

    `after_seconds` is how long the server asks to be left alone, where it said so.
    """

    def __init__(self, message: str, *, final: bool = False, after_seconds: float | None = None) -> None:
        super().__init__(one_line(masked_text(message), KEPT))
        self.final = final
        self.after_seconds = after_seconds


class Unknown(Exception):
    """The line broke after the message was handed over: it may have been taken."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(masked_text(message), KEPT))
