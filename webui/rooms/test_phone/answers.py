"""Answers for the page's script: what is, or a sentence that says what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from bottle import HTTPResponse

from firmware.control.channel import ControlError, NotRunning
from webui import refusals
from webui.reader import Reader
from webui.test_phone import OwnNumber, Taken

Handler = Callable[[Reader], HTTPResponse]


def answer(status: int = 200, **what: Any) -> HTTPResponse:
    return HTTPResponse(json.dumps(what, ensure_ascii=False).encode(), status, {"Content-Type": "application/json"})


def told(handler: Handler) -> Handler:
    """`handler`, whose refusals become `{"told": sentence}`."""

    @wraps(handler)
    def handle(reader: Reader) -> HTTPResponse:
        try:
            return handler(reader)
        except Taken as taken:
            return answer(409, told=reader.words("test_phone.taken", who=taken.name))
        except OwnNumber:
            return answer(422, told=reader.words("test_phone.own_number"))
        except NotRunning as error:
            return answer(503, told=refusals.sentence(error, reader.words))
        except ControlError as error:
            return answer(409, told=refusals.sentence(error, reader.words))

    return handle
