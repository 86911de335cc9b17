"""What is safe to open in a spreadsheet. Every CSV of every room must pass through here."""

from collections.abc import Iterable

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def harmless(row: Iterable[object]) -> list[object]:
    """No cell is a formula to a spreadsheet (OWASP, CSV injection)."""
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell for cell in row]
