"""Everything that is going on at the desk right now: seats, callers who wait, what rings. One lock guards it all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from firmware.acd.book import Book
from firmware.acd.errors import NoTalk, NotSignedIn
from firmware.acd.records import OFFLINE, READY, TALKING, WRAP_UP
from firmware.acd.talk import Leg, Supervision, Talk
from firmware.audio.port import Port
from firmware.audio.recorder import CallRecorder
from firmware.audio.speaker import Speaker
from firmware.clinic.desk_settings import DeskSettings
from firmware.clock import Clock
from firmware.language.values import Language
from firmware.staff.agents import Agent
from firmware.storage.instants import later

# An agent's device: a page with sound, a headset that is plugged into the box, or a telephone outside.
BROWSER, HEADSET, PHONE = "browser", "headset", "phone"


class Handed(Protocol):
    """A caller as a dialogue hands them over."""

    @property
    def call_id(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def number(self) -> str | None: ...
    @property
    def language(self) -> Language: ...
    @property
    def queue(self) -> str: ...
    @property
    def patient_id(self) -> int | None: ...
    @property
    def port(self) -> Port: ...
    @property
    def recorder(self) -> CallRecorder | None: ...


class SeatSound(Protocol):
    """An agent's own ear and mouth: a page's, or a headset's at the box."""

    port: Port
    takes_sound: bool

    @property
    def is_lost(self) -> bool:
        """Whether nobody is there now."""

    def stop(self) -> None:
        """It is needed no more."""


@dataclass(eq=False)
class Entry:
    """A caller who waits: on the line, or (a callback) at home."""

    id: int
    queue: str
    language: Language
    number: str | None
    turn_at: datetime
    call: Handed | None = None  # None: a callback
    call_id: str | None = None
    patient_id: int | None = None
    priority: int = 0
    wished: int | None = None
    is_callback: bool = False
    not_before: datetime | None = None
    kept_for: int | None = None
    tries: int = 0
    transfers: int = 0
    skip: dict[int, datetime] = field(default_factory=dict)
    said_position: int | None = None
    ringing: Ringing | None = None
    talk: Talk | None = None
    is_over: bool = False


@dataclass(eq=False)
class Ringing:
    """One caller, or one colleague, rings at one agent or several."""

    users: list[int]
    until: datetime
    began_at: datetime
    entry: Entry | None = None
    offers: dict[int, int] = field(default_factory=dict)  # the ledger's rows, by agent
    talk: Talk | None = None  # of a colleague who asks
    asked_by: int | None = None


@dataclass(eq=False)
class Consult:
    """Somebody is asked while the caller waits."""

    to: str
    name: str
    leg: Leg | None = None  # once they talk
    ringing: Ringing | None = None
    cancel: Callable[[], None] | None = None  # of a call to the outside that is not answered yet


@dataclass(frozen=True)
class WrapUp:
    """The work after a talk."""

    call_id: str
    talk_id: int
    until: datetime
    needs_disposition: bool


@dataclass(frozen=True)
class Notice:
    """What an agent is told of: forced by somebody, a callback that failed."""

    kind: str
    by: str = ""
    reason: str = ""  # a supervisor's, in their own words


@dataclass(eq=False)
class Seat:
    """One agent at the desk."""

    agent: Agent
    since: datetime
    state: str = OFFLINE
    reason: str = ""
    device: str = BROWSER
    card: str = ""  # of a headset
    sound: SeatSound | None = None
    ringing: Ringing | None = None
    talk: Talk | None = None
    talk_id: int = 0  # the ledger's row
    held_since: datetime | None = None
    held_s: float = 0.0
    reminded_at: datetime | None = None  # that somebody is still on hold
    consult: Consult | None = None
    wrap_up: WrapUp | None = None
    parked_until: datetime | None = None
    is_held_for: bool = False  # the caller hears music because the page is gone, and for nothing else
    lost_since: datetime | None = None
    missed_in_a_row: int = 0
    supervises: tuple[int, Supervision] | None = None
    notice: Notice | None = None

    @property
    def user_id(self) -> int:
        return self.agent.user_id

    @property
    def has_sound(self) -> bool:
        """Whether the agent can be rung: a page or a headset that is there, or a telephone."""
        return self.device == PHONE or (self.sound is not None and not self.sound.is_lost)


class Floor:
    """What every part of the desk works on; each holds `lock` while it reads or changes anything here."""

    def __init__(
        self,
        book: Book,
        clock: Clock,
        speaker: Speaker,
        settings: Callable[[], DeskSettings],
        tell: Callable[..., None],
    ) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Event()  # wakes the thread that makes offers
        self.book, self.clock, self.speaker = book, clock, speaker
        self._settings, self._tell = settings, tell
        self.seats: dict[int, Seat] = {}
        self.entries: dict[int, Entry] = {}
        self.turns: dict[str, datetime] = {}  # since when each call waits for a person
        self.away: dict[str, Talk] = {}  # talks whose caller is with the menus for a moment, by call

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def settings(self) -> DeskSettings:
        return self._settings()

    def seat(self, user_id: int) -> Seat:
        """The seat of who has signed in; raises `NotSignedIn`."""
        seat = self.seats.get(user_id)
        if seat is None or seat.state == OFFLINE:
            raise NotSignedIn("sign in at the desk first")
        return seat

    def talk_of(self, seat: Seat) -> Talk:
        """The conversation that an agent has; raises `NoTalk`."""
        if seat.talk is None:
            raise NoTalk("you are in no call")
        return seat.talk

    def set_state(self, seat: Seat, state: str, reason: str = "", by: str | None = None) -> None:
        """The agent does something else from now on: written down and told."""
        if (seat.state, seat.reason) != (state, reason):
            seat.state, seat.reason, seat.since = state, reason, self.now
            self.book.state(seat.user_id, state, reason, seat.device, seat.card, by)
        self.tell_seat(seat)

    def tell_seat(self, seat: Seat) -> None:
        """Pages that show this seat should look again."""
        self._tell("seat", user=seat.user_id)
        self.changed.set()

    def tell_queue(self) -> None:
        """Pages that show the queues should look again."""
        self._tell("queue")
        self.changed.set()

    def after_talk(self, seat: Seat, talk: Talk, by: str) -> None:
        """The agent's part in a conversation is over; the work after it begins."""
        now = self.now
        if seat.held_since is not None:
            seat.held_s += (now - seat.held_since).total_seconds()
        self.book.talk_ended(seat.talk_id, by, round(seat.held_s))
        talk_id = seat.talk_id
        seat.talk, seat.talk_id, seat.consult, seat.parked_until = None, 0, None, None
        seat.held_since, seat.held_s = None, 0.0
        queue = self.settings.queue(talk.queue) if talk.queue else None
        if queue is None or talk.direction == "inside":
            self.book.wrapped_up(talk_id)
            self.set_state(seat, READY)
            return
        seat.wrap_up = WrapUp(talk.call_id, talk_id, later(now, queue.wrap_up_s), queue.needs_disposition)
        self.set_state(seat, WRAP_UP)

    def dismiss(self, supervisor: Seat) -> None:
        """A supervisor takes no part in an agent's call any more; their page speaks again in calls of their own."""
        supervises, supervisor.supervises = supervisor.supervises, None
        agent = self.seats.get(supervises[0]) if supervises is not None else None
        if agent is not None and agent.talk is not None:
            if (leg := agent.talk.leg_of(supervisor.user_id)) is not None:
                agent.talk.leave(leg)
            self.tell_seat(agent)
        if supervisor.sound is not None:
            supervisor.sound.takes_sound = True
        self.tell_seat(supervisor)

    def begin_talk(self, seat: Seat, talk: Talk, rang_at: datetime | None) -> None:
        """The agent takes part in a conversation from now on, and in nobody else's."""
        if seat.supervises is not None:
            self.dismiss(seat)
        seat.ringing, seat.talk, seat.missed_in_a_row, seat.notice = None, talk, 0, None
        seat.talk_id = self.book.talk_began(
            talk.call_id, seat.user_id, talk.direction, talk.number,
            entry_id=talk.entry_id if talk.entry_id and talk.entry_id > 0 else None, rang_at=rang_at,
        )  # fmt: skip
        self.set_state(seat, TALKING)
