"""The Bottle application: one page that shows lines, calls, bookings and texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bottle import Bottle, HTTPResponse, SimpleTemplate, request, static_file

from firmware.clinic.profile import ClinicProfile
from firmware.clock import Clock
from firmware.control.channel import ControlError
from firmware.storage.ledger import Ledger
from webui import pages, sayings, view
from webui.words import Words, page_texts, preferred_language

HERE = Path(__file__).parent

Status = Callable[[], dict[str, Any]]


def build_app(ledger: Ledger, status: Status, clinic: ClinicProfile, clock: Clock) -> Bottle:
    """The application on `ledger`; `status` gives the exchange's `status` reply or raises a `ControlError`."""
    app = Bottle()
    catalogue = page_texts()
    template = SimpleTemplate((HERE / "views" / "overview.html").read_text(encoding="utf-8"))

    def words() -> Words:
        wish = request.query.get("lang", "")
        return Words(catalogue, preferred_language(wish, request.headers.get("Accept-Language", "")))

    def overview() -> str:
        page: str = template.render(**_overview(ledger, status, clinic, clock, words()))
        return page

    def static(name: str) -> HTTPResponse:
        return static_file(name, root=str(HERE / "static"))

    def broken(_: Any) -> str:
        return words()("page.broken")

    app.route("/", "GET", overview)
    app.route("/static/<name>", "GET", static)
    app.error(500, broken)
    return app


def _overview(ledger: Ledger, status: Status, clinic: ClinicProfile, clock: Clock, words: Words) -> dict[str, Any]:
    now = clock.now()
    today = now.astimezone(clinic.zone).date()
    with ledger.reading() as tx:
        calls = pages.calls_since(tx, view.midnight(now, clinic.zone))
        visits = pages.bookings_from(tx, today)
        texts = pages.newest_texts(tx)
        waiting = pages.waiting(tx, now)
    service = _ask(status)
    return {
        "words": words,
        "clinic": words.name(clinic.name),
        "now": f"{words.day(today, today)} {now.astimezone(clinic.zone):%H:%M}",
        "is_running": service is not None,
        "notices": [sayings.in_language(str(each), words.language) for each in (service or {}).get("notices", ())],
        "lines": [view.line_view(line, words) for line in (service or {}).get("lines", ())],
        "waiting": [view.waiting_view(row, words, clinic.zone) for row in waiting],
        "calls": [view.call_view(call, words, clinic.zone) for call in calls],
        "days": view.days(visits, today, words),
        "texts": [view.text_view(text, words, clinic.zone) for text in texts],
    }


def _ask(status: Status) -> dict[str, Any] | None:
    try:
        return status()
    except ControlError:
        return None  # the page says so; the exchange and its keeper log why
