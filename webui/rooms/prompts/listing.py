"""The list of everything that is said, with search and filters."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from firmware.ivr.catalogue import prompts
from firmware.staff.rights import Right
from webui.reader import Reader
from webui.rooms.prompts.shelf import AREAS, Row, Shelf, by_area, counts
from webui.routes import Routes

STATES = ("all", "recorded", "to-record", "uneven")
MOST_WORDS = 60


def add_to(routes: Routes) -> None:
    routes.get("/prompts", show, Right.PROMPTS)


def show(reader: Reader) -> HTTPResponse:
    """The whole page, or for htmx the list alone."""
    query = reader.query
    words = query.text("q", MOST_WORDS, needed=False)
    state = query.choice("state", STATES, "all")
    area = query.choice("area", ("", *AREAS), "")
    rows = Shelf(reader).rows
    found = [row for row in rows if _has(row, words) and _is_in(row, state)]
    areas = [(each, there) for each, there in by_area(found) if area in ("", each)]
    context: dict[str, Any] = {"areas": areas, "words": words, "state": state, "area": area}
    if reader.is_part:
        return reader.page("prompts/found.html", **context)
    return reader.page(
        "prompts/list.html",
        states=STATES,
        all_areas=[each for each, _ in by_area(rows)],
        counts=counts(rows),
        untold=prompts().missing(),
        **context,
    )


def _has(row: Row, words: str) -> bool:
    wanted = words.casefold()
    return not wanted or any(wanted in cell.text.casefold() for cell in row.cells.values())


def _is_in(row: Row, state: str) -> bool:
    match state:
        case "recorded":
            return row.recorded_count > 0
        case "to-record":
            return row.piece.is_spoken and row.recorded_count < len(row.cells)
        case "uneven":
            return row.is_uneven
    return True
