"""What an agent does at their seat; asked by the page's script, which is told how the seat is afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bottle import HTTPResponse

from firmware.clinic.desk_settings import NOT_READY_REASONS
from firmware.control.channel import ControlError
from firmware.phone_number import NotANumber, normalise
from webui.flashes import Flash
from webui.forms import Form
from webui.reader import Reader
from webui.rooms.desk.answers import Handler, NotUnderstood, sentence, told
from webui.rooms.desk.shown import show

DEVICES = ("browser", "headset", "phone")
LONGEST_CARD = 100
PLACES = ("back", "main")  # of the menus
LONGEST_PURPOSE = 100
_KEYS = re.compile(r"[0-9*#]{1,20}")
_EXTENSION = re.compile(r"[0-9]{2,6}")
_QUEUE = re.compile(r"queue:[0-9A-Za-z_-]{1,40}")

Details = dict[str, Any]


def dial(reader: Reader) -> HTTPResponse:
    """Call `number`, for `purpose`: from the desk's script, or by a button on any page, which then comes back."""
    if "application/json" in reader.environ.get("HTTP_ACCEPT", ""):
        return _dial_here(reader)
    desk, user = reader.office.desk, reader.signed_in.id
    try:
        is_heard = desk.act("dial", user, **_dialled(reader.form))["has_sound"]
    except NotUnderstood as error:
        return reader.refused(error.key)
    except ControlError as error:
        return reader.go(reader.came_from, Flash(sentence(error, reader.words), "bad"))
    return reader.done("desk.done.dialled", reader.came_from if is_heard else "/desk")


def _deed(verb: str, read: Callable[[Form], Details] | None = None) -> Handler:
    """The handler that asks the exchange for `verb`, with the details that `read` finds in the form."""

    def do(reader: Reader) -> HTTPResponse:
        details = read(reader.form) if read else {}
        return show(reader, reader.office.desk.act(verb, reader.signed_in.id, **details))

    return told(do)


def _dialled(form: Form) -> Details:
    return {"number": _number(form.raw("number")), "purpose": form.text("purpose", LONGEST_PURPOSE, needed=False)}


def _number(sent: str) -> str:
    """An extension as it is, any other number in normal form."""
    if _EXTENSION.fullmatch(sent.strip()):
        return sent.strip()
    try:
        return normalise(sent)
    except NotANumber as error:
        raise NotUnderstood("desk.no_number") from error


def _to(form: Form) -> Details:
    return {"to": _number(form.raw("to"))}


def _to_anywhere(form: Form) -> Details:
    to = form.raw("to")
    return {"to": to} if _QUEUE.fullmatch(to) else _to(form)


def _keys(form: Form) -> Details:
    if not _KEYS.fullmatch(form.raw("keys")):
        raise NotUnderstood("desk.no_keys")
    return {"keys": form.raw("keys")}


def _choice(name: str, known: tuple[str, ...]) -> Callable[[Form], Details]:
    def read(form: Form) -> Details:
        if form.raw(name) not in known:
            raise NotUnderstood("form.choose")
        return {name: form.raw(name)}

    return read


def _device(form: Form) -> Details:
    """ "headset:CARD" says which headset at the box."""
    device, _, card = form.raw("device").partition(":")
    if device not in DEVICES or len(card) > LONGEST_CARD:
        raise NotUnderstood("form.choose")
    return {"device": device, "card": card} if card else {"device": device}


_dial_here = _deed("dial", _dialled)

ALL = {
    "sign-in": _deed("sign_in", _device),
    "sign-out": _deed("sign_out"),
    "ready": _deed("ready"),
    "not-ready": _deed("not_ready", _choice("reason", NOT_READY_REASONS)),
    "wrapped-up": _deed("wrapped_up"),
    "more-time": _deed("more_time"),
    "answer": _deed("answer"),
    "reject": _deed("reject"),
    "hang-up": _deed("hang_up"),
    "hold": _deed("hold"),
    "resume": _deed("resume"),
    "mute": _deed("mute", lambda form: {"on": form.flag("on")}),
    "digits": _deed("digits", _keys),
    "consult": _deed("consult", _to),
    "join": _deed("join"),
    "complete": _deed("complete"),
    "cancel-consult": _deed("cancel_consult"),
    "transfer": _deed("transfer", _to_anywhere),
    "to-flow": _deed("to_flow", _choice("to", PLACES)),
    "pick-up": _deed("pick_up", lambda form: {"extension": _number(form.raw("extension"))}),
    "record": _deed("record", lambda form: {"on": form.flag("on")}),
}
