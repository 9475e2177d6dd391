"""What the pages are measured against: the plainest page that shows twenty patients, with the same libraries, and
nothing of the product: Bottle, sqlite3 with one question that an index answers, and a Jinja2 template."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bottle import Bottle
from jinja2 import Environment

from bench.pages_browser import WsgiApp

ADDRESS = "/reference"
_TWENTY = "SELECT name_zh, name_en, born FROM patients WHERE pinyin >= 'wang' ORDER BY pinyin LIMIT 20"
_PAGE = Environment(autoescape=True).from_string(
    "<!doctype html><title>Patients</title><table>"
    "{% for zh, en, born in rows %}<tr><td>{{ zh }}<td>{{ en }}<td>{{ born }}</tr>{% endfor %}</table>"
)


def plain_app(ledger: Path) -> WsgiApp:
    """The page at `ADDRESS`, on the ledger file."""

    def show() -> str:
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
            return _PAGE.render(rows=connection.execute(_TWENTY).fetchall())

    app = Bottle()
    app.route(ADDRESS, "GET", show)
    plain: WsgiApp = app
    return plain
