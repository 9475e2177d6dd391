"""The first set-up of a clinic."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.staff.rights import Right
from webui.reader import Reader
from webui.routes import Routes

START = "/setup"


def add_to(routes: Routes) -> None:
    routes.get(START, go_on, Right.SETTINGS)


def go_on(reader: Reader) -> HTTPResponse:
    return reader.go("/")
