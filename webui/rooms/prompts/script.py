"""The script to record from: printed, taken to a quiet room, read out number by number."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.ivr.checker import prompts_of
from firmware.ivr.document import FlowSet
from firmware.ivr.flow_graph import nodes
from firmware.language.values import LANGUAGES, Language
from firmware.staff.rights import Right
from webui.places import place
from webui.reader import Reader, address
from webui.rooms.prompts.shelf import Shelf, by_area, is_to_record
from webui.routes import Routes
from webui.said import said
from webui.words import Words

PLACES_SHOWN = 3


def add_to(routes: Routes) -> None:
    routes.get("/prompts/script", show, Right.PROMPTS)


def show(reader: Reader) -> HTTPResponse:
    """Everything that is spoken in one language, or what still has no recording."""
    language = reader.query.choice("language", LANGUAGES, reader.language)
    is_whole = reader.query.flag("all")
    rows = [
        row
        for row in Shelf(reader).rows
        if row.piece.is_spoken and language in row.cells and (is_whole or is_to_record(row, language))
    ]
    return reader.page(
        "prompts/script.html",
        areas=by_area(rows),
        count=len(rows),
        language=language,
        language_links=[
            (_url(each, is_whole), reader.words(f"prompts.language.{each}"), each == language) for each in LANGUAGES
        ],
        extent_links=[
            (_url(language, whole), reader.words(f"prompts.script_{'all' if whole else 'missing'}"), whole == is_whole)
            for whole in (False, True)
        ],
        said=said,
        occurs=_occurs(reader.office.places.flows(None, None), reader.words),
    )


def _url(language: Language, is_whole: bool) -> str:
    return address("/prompts/script", language=language, all=1 if is_whole else None)


def _occurs(flows: FlowSet | None, words: Words) -> dict[str, str]:
    """Where in the menus each prompt is said."""
    found: dict[str, dict[str, None]] = {}
    for where, node in nodes(flows) if flows else ():
        for key in prompts_of(node):
            found.setdefault(key, {})[place(flows, str(where), words)] = None
    return {key: words("prompts.and").join(list(places)[:PLACES_SHOWN]) for key, places in found.items()}
