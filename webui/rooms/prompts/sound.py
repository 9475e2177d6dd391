"""Sound to listen to: a staff recording from its file, everything else as the exchange speaks it."""

from __future__ import annotations

from pathlib import Path

from bottle import HTTPResponse, request, static_file

from firmware.control.channel import ControlError, NotRunning
from firmware.language.values import LANGUAGES, Language
from firmware.staff.rights import Right
from webui import refusals
from webui.reader import Reader
from webui.rooms.prompts.shelf import SOUND, Shelf
from webui.routes import Routes

LONGEST_TEXT = 200


def add_to(routes: Routes) -> None:
    routes.get(SOUND, hear, Right.PROMPTS)
    routes.get("/prompts/say", say, Right.PROMPTS)


def hear(reader: Reader) -> HTTPResponse:
    """A piece as callers hear it now, or one `take` of it."""
    shelf = Shelf(reader)
    chosen = shelf.chosen(reader.query)
    if chosen is None:
        return refusals.page(reader, 404)
    _, _, spoken = chosen
    if wanted := reader.query.raw("take"):
        take = next((each for each in shelf.recordings.takes(spoken) if each.id == wanted), None)
        return _wav(take.file) if take else refusals.page(reader, 404)
    file = shelf.recordings.file(spoken)
    return _wav(file) if file.is_file() else _spoken(reader, spoken.text, spoken.voice, spoken.key)


def say(reader: Reader) -> HTTPResponse:
    """Any text in the computer's voice."""
    text = reader.query.text("text", LONGEST_TEXT)
    language = reader.query.choice("language", LANGUAGES)
    if not reader.query.is_good:
        return _silent(reader, 422, reader.words(next(iter(reader.query.errors.values()))))
    return _spoken(reader, text, language, None)


def _spoken(reader: Reader, text: str, language: Language, key: str | None) -> HTTPResponse:
    try:
        reply = reader.office.phone.ask_slowly("clip", text=text, language=language, key=key)
    except NotRunning:
        return _silent(reader, 503, reader.words("prompts.no_phone_service"))
    except ControlError as error:
        return _silent(reader, 503, refusals.sentence(error, reader.words))
    return _wav(reader.office.folders.clips / Path(str(reply["file"])).name)


def _wav(file: Path) -> HTTPResponse:
    return static_file(file.name, root=str(file.parent), mimetype="audio/wav", headers={"Cache-Control": "no-store"})


def _silent(reader: Reader, status: int, told: str) -> HTTPResponse:
    """Why there is nothing to hear: a sentence for the player of the page, a page for who followed the link."""
    if "text/html" in request.headers.get("Accept", ""):
        return reader.page("refused.html", status, code=status, told=told)
    return HTTPResponse(told.encode(), status, {"Content-Type": "text/plain; charset=utf-8"})
