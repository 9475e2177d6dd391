"""What changes a prompt's sound: a new recording, an earlier one, or none. The next caller hears it."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.ivr.recordable import Piece
from firmware.language.values import Language
from firmware.staff.rights import Right
from webui import refusals
from webui.flashes import Undo
from webui.reader import Reader
from webui.recordings import UPLOAD_BYTES, NotTaken, Take
from webui.rooms.prompts import one
from webui.rooms.prompts.shelf import Shelf, piece_url
from webui.routes import FORM_BYTES, Routes

RECORD, USE = "/prompts/record", "/prompts/use"


def add_to(routes: Routes) -> None:
    routes.post(RECORD, record, Right.PROMPTS, body_limit=UPLOAD_BYTES + FORM_BYTES)
    routes.post(USE, use, Right.PROMPTS)


def record(reader: Reader) -> HTTPResponse:
    """Take over what was recorded in the page, or a file."""
    shelf = Shelf(reader)
    chosen = shelf.chosen(reader.form)
    if chosen is None:
        return refusals.page(reader, 404)
    piece, language, spoken = chosen
    upload = reader.upload("sound")
    content = upload.file.read(UPLOAD_BYTES + 1) if upload else b""
    if not content or len(content) > UPLOAD_BYTES:
        return one.page(reader, shelf, piece, language, "prompts.wrong.too-large" if content else "prompts.wrong.none")
    before = shelf.recordings.in_use(spoken)
    try:
        with shelf.recordings.decoded(content) as clip, reader.changing("prompts record") as change:
            change.detail = _detail(piece, language)
            shelf.recordings.keep(spoken, clip, reader.login, change.now)
    except NotTaken as refusal:
        return one.page(reader, shelf, piece, language, f"prompts.wrong.{refusal.reason}")
    return reader.done("prompts.recorded", piece_url(piece, language), _back_to(before, piece, language))


def use(reader: Reader) -> HTTPResponse:
    """The recording `take`; without one the computer's voice."""
    shelf = Shelf(reader)
    chosen = shelf.chosen(reader.form)
    if chosen is None:
        return refusals.page(reader, 404)
    piece, language, spoken = chosen
    take, here = reader.form.raw("take"), piece_url(piece, language)
    before = shelf.recordings.in_use(spoken)
    with reader.changing("prompts use") as change:
        change.detail = f"{_detail(piece, language)}: {take or 'synthesised'}"
        is_there = shelf.recordings.use(spoken, take) if take else bool(before)
        if not take:
            shelf.recordings.use_none(spoken)
    if not is_there:
        return reader.refused("prompts.no_take", here)
    key = "prompts.used_take" if take else "prompts.used_none"
    return reader.done(key, here, _back_to(before, piece, language))


def _back_to(before: Take | None, piece: Piece, language: Language) -> Undo:
    """The form that brings back what callers heard before."""
    return Undo(USE, {"piece": piece.id, "language": language, "take": before.id if before else ""})


def _detail(piece: Piece, language: Language) -> str:
    return f"{piece.id} ({language})"
