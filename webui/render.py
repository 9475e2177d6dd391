"""Templates: Jinja2 with every value escaped, and the few functions that all of them use."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from firmware.staff import form_once
from firmware.staff.rights import Right
from webui import sayings, time_words
from webui.assets import asset
from webui.icons import icon
from webui.words import Words

if TYPE_CHECKING:
    from webui.reader import Reader

_TURNERS = re.compile("[\u202a-\u202e\u2066-\u2069]")

VIEWS = Path(__file__).with_name("views")

NAVIGATION = (  # address, text, icon, right
    ("/", "nav.today", "house", Right.SEE),
    ("/desk", "nav.desk", "headset", Right.ANSWER),
    ("/wall", "nav.wall", "grid-1x2", Right.SUPERVISE),
    ("/bookings", "nav.bookings", "calendar-check", Right.SEE),
    ("/roster", "nav.roster", "calendar-week", Right.SEE),
    ("/patients", "nav.patients", "people", Right.SEE),
    ("/calls", "nav.calls", "telephone-inbound", Right.CALLS),
    ("/messages", "nav.messages", "chat-dots", Right.ANSWER),
    ("/tasks", "nav.tasks", "list-check", Right.ANSWER),
    ("/knowledge", "nav.knowledge", "journal-text", Right.ANSWER),
    ("/prompts", "nav.prompts", "megaphone", Right.PROMPTS),
    ("/flows", "nav.flows", "diagram-3", Right.FLOWS),
    ("/test-phone", "nav.test_phone", "phone-vibrate", Right.TEST),
    ("/settings", "nav.settings", "gear", Right.SEE),
)
COUNTED = ("/messages", "/tasks")  # rooms with things that wait for a person


@cache
def environment() -> Environment:
    """The templates; an undefined name is an error, not an empty place."""
    found = Environment(
        loader=FileSystemLoader(VIEWS),
        autoescape=True,
        finalize=_unturned,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(asset=asset, icon=icon)
    return found


def _unturned(value: Any) -> Any:
    """Without the signs that turn the direction of text: a stranger's would turn what the page says beside it."""
    return _TURNERS.sub("", value) if type(value) is str else value


def page(reader: Reader, template: str, context: dict[str, Any]) -> str:
    """The page for this reader."""
    return environment().get_template(template).render(**_common(reader), **context)


def _common(reader: Reader) -> dict[str, Any]:
    words = reader.words
    session = reader.session
    flashes = reader.office.flashes.take(session.token_hash) if session and not reader.is_part else []
    return {
        "t": words,
        "reader": reader,
        "may": reader.may,
        "nav": [] if reader.is_part else [_entry(reader, *each) for each in NAVIGATION if reader.may(each[3])],
        "flashes": flashes,
        "form_fields": lambda: _form_fields(reader),
        "clock_time": lambda moment: f"{moment.astimezone(reader.zone):%H:%M}",
        "moment": lambda moment: _moment(reader, words, moment),
        "ago": lambda moment: time_words.from_now(words, reader.now, moment),
        "service": reader.office.live.service,
        "service_fault": sayings.in_language(reader.office.live.out_of_order, words.language),
    }


def _entry(reader: Reader, path: str, key: str, symbol: str, _: Right) -> dict[str, Any]:
    from bottle import request

    here: str = request.path
    is_current = here == path or (path != "/" and here.startswith(path + "/"))
    waiting = reader.waiting_at(path) if path in COUNTED else 0
    return {"url": path, "text": reader.words(key), "icon": symbol, "is_current": is_current, "waiting": waiting}


def _form_fields(reader: Reader) -> Markup:
    """What every form carries: the proof that it is ours, and a token so that it acts once."""
    csrf = reader.session.csrf if reader.session else ""
    fields = '<input type="hidden" name="csrf" value="{}"><input type="hidden" name="once" value="{}">'
    return Markup(fields).format(csrf, form_once.fresh())  # noqa: S704 - format escapes both


def _moment(reader: Reader, words: Words, moment: datetime) -> str:
    """Day and time of an instant on the clinic's wall."""
    wall = moment.astimezone(reader.zone)
    return f"{words.day(wall.date(), reader.today)} {wall:%H:%M}"
