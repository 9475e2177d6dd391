"""One piece in one language: hear it, record it, upload it, go back to an earlier recording."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.ivr.recordable import Piece
from firmware.language.values import Language
from firmware.staff.rights import Right
from webui import refusals
from webui.reader import Reader
from webui.recordings import LONGEST_S, UPLOAD_BYTES
from webui.rooms.prompts.shelf import PAGE, Shelf, area_of, piece_url, sound_url
from webui.routes import Routes
from webui.said import said


def add_to(routes: Routes) -> None:
    routes.get(PAGE, show, Right.PROMPTS)


def show(reader: Reader) -> HTTPResponse:
    shelf = Shelf(reader)
    chosen = shelf.chosen(reader.query)
    return page(reader, shelf, chosen[0], chosen[1]) if chosen else refusals.page(reader, 404)


def page(reader: Reader, shelf: Shelf, piece: Piece, language: Language, problem: str = "") -> HTTPResponse:
    """The page; `problem` is the text of what was wrong with a recording just sent."""
    spoken = piece.spoken[language]
    following = shelf.next_to_record(piece.id, language)
    return reader.page(
        "prompts/one.html",
        422 if problem else 200,
        piece=piece,
        area=area_of(piece),
        language=language,
        spoken=spoken,
        whole=said(piece.prompt, language) if piece.prompt else "",
        other_languages=[
            (piece_url(piece, each), reader.words(f"prompts.language.{each}"), each == language)
            for each in piece.spoken
        ],
        in_use=shelf.recordings.in_use(spoken),
        takes=shelf.recordings.takes(spoken),
        sound_url=lambda take="": sound_url(piece, language, take),
        next_url=following.cells[language].url if following else "",
        problem=problem,
        most_bytes=UPLOAD_BYTES,
        most_s=LONGEST_S,
    )
