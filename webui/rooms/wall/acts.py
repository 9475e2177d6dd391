"""What a supervisor does to a call or to an agent: asked of the exchange, then written into the audit trail.

The agent's page is told by the exchange. Each is answered with the wall as it is then: the page keeps its sound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bottle import HTTPResponse

from firmware.control.channel import ControlError, Refused
from firmware.staff import agents
from firmware.staff.agents import Agent
from firmware.storage import audit
from webui.flashes import Flash
from webui.reader import Reader
from webui.rooms.desk.answers import sentence
from webui.rooms.wall.page import WALL, WHY, show_now
from webui.rooms.wall.seats import OFFLINE
from webui.words import Words

STATES = ("ready", "not-ready", OFFLINE)
LONGEST_REASON = 100


def supervision(how: str) -> Callable[[Reader, int], HTTPResponse]:
    """The handler for taking part in an agent's call: listen, whisper, barge; or leave it."""

    def supervise(reader: Reader, user_id: int) -> HTTPResponse:
        why = reader.form.choice("why", WHY, WHY[0])
        agent = _agent(reader, user_id)
        if told := _ask(reader, how, agent=user_id):
            return _answer(reader, told)
        with reader.office.ledger.transaction() as tx:
            detail = agent.extension if how == "leave" else f"{agent.extension}, {why}"
            audit.record(tx, reader.now, reader.login, f"supervise {how}", detail)
        return _answer(reader)

    return supervise


def sit_down(reader: Reader) -> HTTPResponse:
    """The reader's own seat is taken, for it is where they hear; who sits there already stays as they are."""
    user = reader.signed_in.id
    try:
        state = reader.office.desk.seat(user)["state"]
        if state in ("ringing", "talking"):
            return _told(reader.words("wall.own_call"))
        if state == OFFLINE:
            reader.office.desk.act("sign_in", user, device="browser")
    except ControlError as error:
        return _told(_sentence(error, reader.words))
    return HTTPResponse("", 204)


def release(reader: Reader) -> HTTPResponse:
    """End an agent's call; the form has asked for the reason."""
    agent = _agent(reader, reader.form.key("agent"))
    reason = reader.form.text("reason", LONGEST_REASON)
    if not reader.form.is_good:
        return _answer(reader, reader.words("wall.needs_reason"))
    if told := _ask(reader, "release", agent=agent.user_id, by=reader.login, reason=reason):
        return _answer(reader, told)
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, "call released", f"{agent.extension}, {reason}")
    return _answer(reader)


def force(reader: Reader) -> HTTPResponse:
    """Make an agent ready, not ready, or sign them out; the form has asked for the reason."""
    agent = _agent(reader, reader.form.key("agent"))
    state = reader.form.choice("state", STATES)
    reason = reader.form.text("reason", LONGEST_REASON)
    if not reader.form.is_good:
        return _answer(reader, reader.words("wall.needs_reason"))
    if told := _ask(reader, "force", agent=agent.user_id, state=state, by=reader.login, reason=reason):
        return _answer(reader, told)
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, f"force {state}", f"{agent.extension}, {reason}")
    return _answer(reader)


def close_now(reader: Reader) -> HTTPResponse:
    """Say to callers from now on that nobody is there, or that somebody is again."""
    is_closed = reader.form.flag("on")
    if told := _ask(reader, "closed_now", on=is_closed):
        return _answer(reader, told)
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, "desk closed" if is_closed else "desk opened")
    return _answer(reader)


def _told(told: str) -> HTTPResponse:
    """Why not, for the page's script to show."""
    return HTTPResponse(told, 409, {"Content-Type": "text/plain; charset=utf-8"})


def _ask(reader: Reader, verb: str, **details: Any) -> str:
    """Why the exchange does not do it, in the reader's words; "" when it has done it."""
    try:
        reader.office.phone.ask(verb, user=reader.signed_in.id, **details)
    except ControlError as error:
        return _sentence(error, reader.words)
    return ""


def _sentence(error: ControlError, words: Words) -> str:
    """What the refusal means for a supervisor."""
    if isinstance(error, Refused) and f"wall.refused.{error.kind}" in words:
        return words(f"wall.refused.{error.kind}")
    return sentence(error, words)


def _answer(reader: Reader, told: str = "") -> HTTPResponse:
    if reader.is_part:
        return show_now(reader, told)
    return reader.go(WALL, Flash(told, "bad") if told else None)


def _agent(reader: Reader, user_id: int) -> Agent:
    """Raises `NoSuchAgent`."""
    with reader.office.ledger.reading() as tx:
        return agents.find(tx, user_id)
