"""A table as a file that spreadsheets open (RFC 4180), in which nothing that a stranger typed can act as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from bottle import HTTPResponse

_FORMULA = re.compile(r"[\s\u200b-\u200f\ufeff]*[=+@＝＋－＠-]|[\t\r\n]")  # programs pass over blanks before it
_MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else


def plain(value: str) -> str:
    """A cell that no spreadsheet calculates."""
    return f"'{value}" if _FORMULA.match(value) else value


def as_text(number: str | None) -> str:
    """A telephone number that keeps its leading zero and its last digits."""
    return f"'{number}" if number else ""


def csv_file(name: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> HTTPResponse:
    """The table as a download; cells are made harmless here, those of `as_text` stay as they are."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return HTTPResponse((_MARK + text.getvalue()).encode(), 200, headers)
