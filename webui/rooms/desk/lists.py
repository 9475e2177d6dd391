"""The lists beside the telephone: colleagues and what they do, who waits, the last numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bottle import HTTPResponse

from firmware.clinic.last_talks import LastTalk, last_talks
from firmware.control.channel import ControlError
from firmware.staff import agents
from firmware.staff.agents import Agent
from webui.desk_service import SIGNED_OUT, Seat
from webui.reader import Reader
from webui.rooms.desk.shown import queue_name, state_words, who

MOST_TALKS = 8
_TONES = {"ready": "good", "ringing": "busy", "talking": "busy", "wrap-up": "busy"}


@dataclass(frozen=True)
class Colleague:
    """Somebody else who takes calls, and what they do now; `state` "unknown" while the exchange is away."""

    agent: Agent
    state: str
    state_words: str
    tone: str
    since_s: float


@dataclass(frozen=True)
class Waiting:
    """A queue and who waits in it."""

    name: str
    count: int
    longest_s: int


@dataclass(frozen=True)
class Talk:
    """A number that can be called back."""

    talk: LastTalk
    who: str


def show_colleagues(reader: Reader) -> HTTPResponse:
    """Everybody else by extension; those who are there first."""
    with reader.office.ledger.reading() as tx:
        everybody = [agent for agent in agents.all(tx) if agent.user_id != reader.signed_in.id]
    try:
        seats = {seat["user"]: seat for seat in reader.office.desk.desk().seats}
    except ControlError:
        seats = None  # nobody knows what they do; the page says why
    found = [_colleague(reader, agent, seats) for agent in everybody]
    return reader.page("desk/colleagues.html", colleagues=sorted(found, key=lambda each: each.state == "offline"))


def show_queues(reader: Reader) -> HTTPResponse:
    """How many wait, and the longest of them."""
    try:
        queues = reader.office.desk.desk().queues
    except ControlError:
        queues = ()
    found = [Waiting(queue_name(reader, each.key), each.waiting, each.longest_s) for each in queues]
    return reader.page("desk/queues.html", queues=found)


def show_last_talks(reader: Reader) -> HTTPResponse:
    """The numbers spoken with last."""
    with reader.office.ledger.reading() as tx:
        talks = last_talks(tx, reader.signed_in.id, MOST_TALKS)
        found = [Talk(each, who(reader, tx, each.number, each.patient_id)) for each in talks]
    return reader.page("desk/last_talks.html", talks=found)


def _colleague(reader: Reader, agent: Agent, seats: dict[int, Seat] | None) -> Colleague:
    if seats is None:
        return Colleague(agent, "unknown", "", "quiet", 0.0)
    seat = seats.get(agent.user_id, SIGNED_OUT)
    since_s = (reader.now - datetime.fromisoformat(seat["since"])).total_seconds() if seat["since"] else 0.0
    tone = _TONES.get(seat["state"], "quiet")
    return Colleague(agent, seat["state"], state_words(reader, seat), tone, since_s)
