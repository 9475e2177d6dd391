"""What changes the menus of the next caller: publishing, going back, choosing the template. Each can be undone."""

from __future__ import annotations

from datetime import datetime

from bottle import HTTPResponse

from firmware.ivr.book import Edition
from firmware.staff.rights import Right
from webui import refusals
from webui.flashes import Undo
from webui.reader import Change, Reader
from webui.rooms.flows import draft as drafts
from webui.rooms.flows import shelf
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.post(shelf.PUBLISH, publish, Right.FLOWS, body_limit=drafts.DRAFT_BYTES)
    routes.post(shelf.ROLL_BACK, roll_back, Right.FLOWS)
    routes.post(shelf.USE, use, Right.FLOWS)


def publish(reader: Reader) -> HTTPResponse:
    """Make a draft without errors the newest version of its template."""
    draft = drafts.read(reader)
    if not draft.is_good:
        return drafts.page(reader, draft)
    book, template = reader.office.places.book, str(draft.plain["template"])
    before = shelf.newest(reader, template)
    with reader.changing("flows publish") as change:
        edition = book.publish(draft.plain, reader.login, _wall(reader, change))
        change.detail = f"{template} version {edition.version}"
    is_used = book.current().template == template
    can_go_back = before > 0 or shelf.is_shipped(template)
    return reader.done(
        "flows.done.published" if is_used else "flows.done.published_unused",
        "/flows",
        _back_to(template, before) if can_go_back else None,
        **_named(reader, edition),
    )


def roll_back(reader: Reader) -> HTTPResponse:
    """Make an earlier version the newest again."""
    wanted = shelf.asked(reader, reader.form)
    if wanted is None:
        return refusals.page(reader, 404)
    template, number = wanted
    before = shelf.newest(reader, template)
    with reader.changing("flows roll-back") as change:
        edition = reader.office.places.book.roll_back(template, number, reader.login, _wall(reader, change))
        change.detail = f"{template} version {edition.version}, as {number}"
    names = {**_named(reader, edition), "version": shelf.version_title(reader.words, number)}
    return reader.done("flows.done.back", "/flows", _back_to(template, before), **names)


def use(reader: Reader) -> HTTPResponse:
    """Give callers another template."""
    book, template = reader.office.places.book, reader.form.raw("template")
    if template not in book.templates():
        return refusals.page(reader, 404)
    before = book.current().template
    with reader.changing("flows use") as change:
        book.use(template)
        change.detail = template
    undo = Undo(shelf.USE, {"template": before})
    return reader.done("flows.done.used", "/flows", undo, template=shelf.template_title(reader.words, template))


def _wall(reader: Reader, change: Change) -> datetime:
    return change.now.astimezone(reader.zone)


def _back_to(template: str, version: int) -> Undo:
    return Undo(shelf.ROLL_BACK, {"template": template, "version": str(version)})


def _named(reader: Reader, edition: Edition) -> dict[str, str]:
    t = reader.words
    return {
        "template": shelf.template_title(t, edition.template),
        "version": shelf.version_title(t, edition.version),
    }
