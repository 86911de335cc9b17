"""One line of plain text out of whatever stands in a title or in a server's answer."""

from django.utils.text import Truncator


def one_line(text: str, length: int) -> str:
    """A header's worth: no control characters, no line breaks, not endless."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return Truncator(" ".join(printable.split())).chars(length)
