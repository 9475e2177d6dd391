"""What callers hear while they wait: the box's own tune, or a recording of the clinic's."""

from __future__ import annotations

from bottle import HTTPResponse, static_file

from firmware.staff.rights import Right
from webui import refusals
from webui.reader import Reader
from webui.recordings import NotTaken, decoded, put, seconds_of
from webui.routes import FORM_BYTES, Routes

ADDRESS = "/settings/music"
LEAST_S, LONGEST_S = 5, 300  # a jingle over and over drives people mad; more than five minutes nobody waits
UPLOAD_BYTES = 20 * 1024 * 1024


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.PROMPTS)
    routes.post(ADDRESS, keep, Right.PROMPTS, body_limit=UPLOAD_BYTES + FORM_BYTES)
    routes.post(f"{ADDRESS}/remove", remove, Right.PROMPTS)
    routes.get(f"{ADDRESS}/sound", hear, Right.PROMPTS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def keep(reader: Reader) -> HTTPResponse:
    """Whoever begins to wait from now on hears this."""
    upload = reader.upload("sound")
    content: bytes = upload.file.read(UPLOAD_BYTES + 1) if upload else b""
    if not content or len(content) > UPLOAD_BYTES:
        return _page(reader, "too-large" if content else "none")
    folders = reader.office.folders
    try:
        with decoded(folders.staff_recordings, content, LONGEST_S) as clip, reader.changing("music set") as change:
            seconds = seconds_of(clip)
            if seconds < LEAST_S:
                raise NotTaken("too-short")
            change.detail = f"{seconds:.0f} s"
            put(clip, folders.hold_music)
    except NotTaken as refusal:
        return _page(reader, refusal.reason)
    return reader.done("music.kept", ADDRESS)


def remove(reader: Reader) -> HTTPResponse:
    """Back to the box's own tune."""
    with reader.changing("music removed"):
        reader.office.folders.hold_music.unlink(missing_ok=True)
    return reader.done("music.removed", ADDRESS)


def hear(reader: Reader) -> HTTPResponse:
    """The clinic's own music."""
    file = reader.office.folders.hold_music
    if not file.is_file():
        return refusals.page(reader, 404)
    return static_file(file.name, root=str(file.parent), mimetype="audio/wav", headers={"Cache-Control": "no-store"})


def _page(reader: Reader, problem: str = "") -> HTTPResponse:
    file = reader.office.folders.hold_music
    return reader.page(
        "settings/music.html",
        422 if problem else 200,
        seconds=round(seconds_of(file)) if file.is_file() else None,
        problem=problem,
        least_s=LEAST_S,
        longest_minutes=LONGEST_S // 60,
        most_bytes=UPLOAD_BYTES,
    )
