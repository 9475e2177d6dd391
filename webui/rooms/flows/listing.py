"""The templates with their versions: who put which into use, when, and which one callers get."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bottle import HTTPResponse

from firmware.ivr.book import Edition
from firmware.ivr.document import FlowSet
from firmware.staff.rights import Right
from webui import sayings
from webui.reader import Reader, address
from webui.rooms.flows import shelf
from webui.routes import Routes

VERSIONS_SHOWN = 20


@dataclass(frozen=True)
class VersionRow:
    number: int
    title: str
    at: datetime | None
    who: str
    what: str
    is_used: bool
    is_newest: bool
    url: str
    file_url: str
    compare_url: str


@dataclass(frozen=True)
class TemplateCard:
    name: str
    title: str
    is_used: bool
    newest: int
    edit_url: str
    rows: list[VersionRow]


def add_to(routes: Routes) -> None:
    routes.get("/flows", show, Right.FLOWS)


def show(reader: Reader) -> HTTPResponse:
    book = reader.office.places.book
    used = book.current()
    cards = [_card(reader, template, used) for template in book.templates()]
    fault = sayings.in_language(book.fault or "", reader.language)
    cards.sort(key=lambda card: not card.is_used)
    return reader.page("flows/list.html", cards=cards, fault=fault)


def _card(reader: Reader, template: str, used: FlowSet) -> TemplateCard:
    history = reader.office.places.book.history(template)
    newest = history[-1].version if history else 0
    editions: list[Edition | None] = [*reversed(history)]
    if shelf.is_shipped(template):
        editions.append(None)
    used_version = used.version if used.template == template else None
    return TemplateCard(
        template,
        shelf.template_title(reader.words, template),
        used_version is not None,
        newest,
        shelf.url(shelf.DRAFT, template, newest),
        [_row(reader, template, edition, newest, used_version) for edition in editions[:VERSIONS_SHOWN]],
    )


def _row(reader: Reader, template: str, edition: Edition | None, newest: int, used: int | None) -> VersionRow:
    t, number = reader.words, edition.version if edition else 0
    return VersionRow(
        number=number,
        title=shelf.version_title(t, number),
        at=shelf.when(edition) if edition else None,
        who=edition.who if edition else "",
        what=_what(reader, edition),
        is_used=number == used,
        is_newest=number == newest,
        url=shelf.url(shelf.VERSION, template, number),
        file_url=shelf.url(shelf.FILE, template, number),
        compare_url=address(shelf.DIFFERENCE, template=template, **{"from": str(number), "to": str(newest)}),
    )


def _what(reader: Reader, edition: Edition | None) -> str:
    t = reader.words
    if edition is None:
        return t("flows.came_with")
    if edition.returns_to is None:
        return t("flows.published")
    return t("flows.returned", version=shelf.version_title(t, edition.returns_to))
