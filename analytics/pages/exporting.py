"""A table as a file. Whoever takes figures away is written down."""

import csv
from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.text import slugify

from analytics.pages.sheet import Cell, Linked, Part, Table
from audit.access import record_access
from audit.actors import Actor
from audit.spreadsheets import harmless


def as_csv(page: str, table: Table, *, actor: Actor) -> HttpResponse:
    """What is not there is an empty cell."""
    record_access(actor=actor, action="figures.exported", target=("figures", page), what=table.name)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = slugify(table.name) or "table"
    response["Content-Disposition"] = f'attachment; filename="{page}-{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(harmless(map(str, table.heads)))
    writer.writerows(_plain(row) for row in table.rows)
    return response


def _plain(row: Iterable[Cell]) -> list[object]:
    return harmless(str(cell) if isinstance(cell, Part | Linked) else cell for cell in row)
