"""The record as a file, row by row however long it is. Whoever takes it away is written down first."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse

from audit.access import record_access
from audit.actors import Actor
from audit.spreadsheets import harmless

AT_ONCE = 1000


def as_csv(rows: QuerySet[Any], *, columns: Sequence[str], actor: Actor, asked: str) -> StreamingHttpResponse:
    """What was listed, the newest first; `asked` are the list's filters, for the access log."""
    name = rows.model._meta.model_name or ""
    record_access(actor=actor, action=f"{name}.exported", target=("audit", name), what=asked or "everything")
    response = StreamingHttpResponse(_lines(rows, columns), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(rows: QuerySet[Any], columns: Sequence[str]) -> Iterator[str]:
    yield _line(columns)
    newest_first = rows.order_by("-pk")
    some = list(newest_first[:AT_ONCE])
    while some:
        yield "".join(_line(_cells(row, columns)) for row in some)
        some = list(newest_first.filter(pk__lt=some[-1].pk)[:AT_ONCE])


def _cells(row: Model, columns: Sequence[str]) -> Iterator[object]:
    for column in columns:
        value = getattr(row, column)
        if isinstance(value, datetime):
            yield value.isoformat()
        elif isinstance(value, dict):
            yield json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False) if value else ""
        else:
            yield value


def _line(cells: Sequence[object] | Iterator[object]) -> str:
    line = StringIO()
    csv.writer(line).writerow(harmless(cells))
    return line.getvalue()
