"""What the keys of the test phone do; asked by the page's script."""

from __future__ import annotations

import re
from typing import Any

from bottle import HTTPResponse

from firmware.storage import audit
from webui.reader import Reader
from webui.rooms.test_phone.answers import answer, told
from webui.test_call import TestCall
from webui.test_phone import Test

KEYS = re.compile(r"[0-9*#]{1,20}")


@told
def pick_up(reader: Reader) -> HTTPResponse:
    """It is this person's now, and put there if it was not; to be asked again until it is ready."""
    reader.office.test_phone.take(reader.signed_in)
    return answer(ready=reader.office.test_phone.is_ready())


@told
def call(reader: Reader) -> HTTPResponse:
    """Call the box as `number`."""
    number = reader.form.phone("number")
    if number is None:
        return answer(422, told=reader.words("form.phone"))
    test = reader.office.test_phone.take(reader.signed_in)
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, "test call")
    reader.office.test_phone.dial(test, number, is_withheld=reader.form.flag("withheld"))
    return answer(call=_shown(test.call))


@told
def press(reader: Reader) -> HTTPResponse:
    """Press `keys` in the call."""
    keys, test = reader.form.raw("keys"), _test(reader)
    if test is None or test.call is None or test.call.is_over or not KEYS.fullmatch(keys):
        return answer(409, told=reader.words("test_phone.no_call"))
    test.call.press(keys)
    return answer()


@told
def hang_up(reader: Reader) -> HTTPResponse:
    test = _test(reader)
    if test is not None and test.call is not None:
        test.call.hang_up()
    return answer(call=_shown(test.call if test else None))


def put_back(reader: Reader) -> HTTPResponse:
    """Let others have it."""
    reader.office.test_phone.put_back(reader.signed_in)
    return reader.done("test_phone.done.put_back", "/test-phone")


def show_state(reader: Reader) -> HTTPResponse:
    """How far the call is."""
    test = _test(reader)
    return answer(call=_shown(test.call if test else None))


def _test(reader: Reader) -> Test | None:
    return reader.office.test_phone.test_of(reader.signed_in)


def _shown(call: TestCall | None) -> dict[str, Any] | None:
    if call is None:
        return None
    return {"name": call.name, "state": call.state, "seconds": round(call.seconds, 1), "lost": call.is_lost}
