"""Answers for the page's script: the seat as it is now, or a sentence that says why something can't be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from bottle import HTTPResponse

from firmware.control.channel import ControlError, NotRunning, Refused
from webui import refusals
from webui.reader import Reader
from webui.words import Words

Handler = Callable[[Reader], HTTPResponse]


class NotUnderstood(Exception):
    """What was sent is nothing that can be done; the text `key` says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def answer(status: int = 200, **what: Any) -> HTTPResponse:
    return HTTPResponse(json.dumps(what, ensure_ascii=False).encode(), status, {"Content-Type": "application/json"})


def told(handler: Handler) -> Handler:
    """`handler`, whose refusals become `{"told": sentence}`."""

    @wraps(handler)
    def handle(reader: Reader) -> HTTPResponse:
        try:
            return handler(reader)
        except NotUnderstood as error:
            return answer(422, told=reader.words(error.key))
        except ControlError as error:
            return answer(503 if isinstance(error, NotRunning) else 409, told=sentence(error, reader.words))

    return handle


def sentence(error: ControlError, words: Words) -> str:
    """What the refusal means for an agent."""
    if isinstance(error, Refused) and f"desk.refused.{error.kind}" in words:
        return words(f"desk.refused.{error.kind}")
    return refusals.sentence(error, words)
