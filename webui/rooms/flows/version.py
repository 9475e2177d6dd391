"""One version: its picture, the same as a list, and its text to take away."""

from __future__ import annotations

import re
from typing import Any

from bottle import HTTPResponse

from firmware.staff.rights import Right
from webui import refusals
from webui.reader import Reader
from webui.rooms.flows import shelf
from webui.rooms.flows.nodes import Picture
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get(shelf.VERSION, show, Right.FLOWS)
    routes.get(shelf.FILE, download, Right.FLOWS)


def show(reader: Reader) -> HTTPResponse:
    wanted = shelf.asked(reader, reader.query)
    if wanted is None:
        return refusals.page(reader, 404)
    template, number = wanted
    book = reader.office.places.book
    flows, used = book.version(template, number), book.current()
    edition = next((each for each in book.history(template) if each.version == number), None)
    picture = Picture(flows, reader.words)
    return reader.page(
        "flows/version.html",
        name=template,
        number=number,
        title=shelf.template_title(reader.words, template),
        version_title=shelf.version_title(reader.words, number),
        edition=edition,
        at=shelf.when(edition) if edition else None,
        is_used=(used.template, used.version) == wanted,
        is_newest=number == shelf.newest(reader, template),
        file_url=shelf.url(shelf.FILE, template, number),
        edit_url=shelf.url(shelf.DRAFT, template, number),
        **drawn(picture),
    )


def drawn(picture: Picture) -> dict[str, Any]:
    """What the template of the picture needs."""
    return {
        "flow_views": picture.flow_views(),
        "always": picture.always(),
        "unanswered": picture.title(picture.flows.gave_up),
    }


def download(reader: Reader) -> HTTPResponse:
    """The flows as YAML, to be changed and brought back."""
    wanted = shelf.asked(reader, reader.query)
    if wanted is None:
        return refusals.page(reader, 404)
    template, number = wanted
    name = re.sub(r"[^A-Za-z0-9_-]", "_", template)[:40]
    headers = {
        "Content-Type": "application/yaml; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}-{number}.yaml"',
    }
    return HTTPResponse(reader.office.places.book.as_yaml(template, number).encode(), 200, headers)
