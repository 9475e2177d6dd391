"""Signing in and out, ready or not, the work after a talk; and pages whose sound comes and goes."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from firmware.acd.errors import NeedsDisposition, NoAgent, NotSignedIn, WrongState
from firmware.acd.floor import BROWSER, HEADSET, PHONE, Floor, Notice, Seat
from firmware.acd.headsets import Headsets
from firmware.acd.records import NOT_READY, OFFLINE, READY, RINGING, TALKING, WRAP_UP
from firmware.audio.stream_port import StreamPort
from firmware.clinic.desk_settings import NOT_READY_REASONS
from firmware.control.sound import SoundStream
from firmware.staff import agents
from firmware.staff.agents import Agent
from firmware.staff.errors import NoSuchAgent
from firmware.storage.desk_schema import agent_states
from firmware.storage.instants import later
from firmware.storage.ledger import Ledger

PAGE_GONE, HEADSET_GONE = "page-gone", "headset-gone"
GONE_S = 30  # a page or headset without sound for so long is not coming back by itself


class Seating:
    """Who is at the desk."""

    def __init__(
        self,
        floor: Floor,
        ledger: Ledger,
        headsets: Headsets,
        lost: Callable[[Seat], None],
        back: Callable[[Seat], None],
    ) -> None:
        """`lost` and `back` are called when the sound of an agent in a talk goes and comes."""
        self._floor, self._ledger, self._headsets = floor, ledger, headsets
        self._lost, self._back = lost, back

    def restore(self) -> None:
        """After a restart: everybody is where they were; who rang or talked is free, for the call is gone."""
        with self._ledger.reading() as tx:
            rows = tx.execute(select(agent_states).where(agent_states.c.until.is_(None))).all()
            known = {agent.user_id: agent for agent in agents.all(tx)}
        for row in rows:
            agent = known.get(row.user_id)
            if agent is None or row.state == OFFLINE:
                continue
            seat = self._floor.seats[row.user_id] = Seat(agent, row.at, row.state, row.reason, row.device, row.card)
            seat.lost_since = self._floor.now
            if seat.device == HEADSET:
                self._headsets.put_on(seat)
            if row.state in (RINGING, TALKING, WRAP_UP):
                self._floor.set_state(seat, READY)

    def sign_in(self, user_id: int, device: str, card: str = "") -> Seat:
        """Sit down; not ready yet. Who is there already stays as they are, on another device if it is another.

        `card` says which headset; by default the first that is free.
        """
        if device not in (BROWSER, HEADSET, PHONE):
            raise ValueError("device is browser, headset or phone")
        agent = self._agent(user_id)
        if device == PHONE and not agent.phone_number:
            raise WrongState("there is no telephone number for you: a supervisor can enter it")
        card = self._headsets.choose(user_id, card) if device == HEADSET else ""
        seat = self._floor.seats.get(user_id)
        if seat is None:
            seat = self._floor.seats[user_id] = Seat(agent, self._floor.now)
        seat.agent = agent
        if seat.state in (READY, NOT_READY, OFFLINE):
            self._use(seat, device, card)
        if seat.state == OFFLINE:
            seat.lost_since = self._floor.now
            self._floor.set_state(seat, NOT_READY, "")
        return seat

    def sign_out(self, user_id: int, by: str | None = None, reason: str = "") -> None:
        """Leave the desk; not in the middle of a call. `by` and `reason`: of a supervisor who makes them."""
        seat = self._floor.seat(user_id)
        if seat.state in (RINGING, TALKING):
            raise WrongState("end the call first")
        self._finish_wrap_up(seat, is_asked=by is None)
        self._floor.set_state(seat, OFFLINE, reason, by)
        self._let_go(seat)

    def ready(self, user_id: int, by: str | None = None, reason: str = "") -> None:
        """Take calls from now on."""
        seat = self._floor.seat(user_id)
        if seat.state in (RINGING, TALKING):
            raise WrongState("you are in a call")
        self._finish_wrap_up(seat, is_asked=by is None)
        seat.missed_in_a_row, seat.notice = 0, None if by is None else seat.notice
        self._floor.set_state(seat, READY, reason, by)

    def not_ready(self, user_id: int, reason: str, by: str | None = None) -> None:
        """Take no calls for a while; a supervisor says why in their own words."""
        if by is None and reason not in NOT_READY_REASONS:
            raise ValueError(f"reason is one of {', '.join(NOT_READY_REASONS)}")
        seat = self._floor.seat(user_id)
        if seat.state in (RINGING, TALKING):
            raise WrongState("you are in a call")
        self._finish_wrap_up(seat, is_asked=by is None)
        self._floor.set_state(seat, NOT_READY, reason, by)

    def wrapped_up(self, user_id: int) -> None:
        """The work after the talk is done."""
        seat = self._floor.seat(user_id)
        if seat.wrap_up is None:
            raise WrongState("there is nothing to finish")
        self.ready(user_id)

    def more_time(self, user_id: int) -> None:
        """The work after the talk takes longer."""
        seat = self._floor.seat(user_id)
        if seat.wrap_up is None:
            raise WrongState("there is nothing to finish")
        self._finish_wrap_up(seat, is_asked=False)
        self._floor.set_state(seat, NOT_READY, "paperwork")

    def end_wrap_ups(self) -> None:
        """The time for the work after a talk is over; where something must be said of the talk, it goes on."""
        for seat in self._floor.seats.values():
            work = seat.wrap_up
            if work is None or work.until > self._floor.now:
                continue
            if not work.needs_disposition or self._floor.book.has_disposition(work.talk_id):
                self._finish_wrap_up(seat, is_asked=False)
                self._floor.set_state(seat, READY)

    # ---- sound ----

    def attach(self, user_id: int, stream: SoundStream) -> StreamPort:
        """The agent's page has sound (again); a page that had it before loses it."""
        seat = self._floor.seat(user_id)
        if seat.device != BROWSER:
            raise WrongState("you have signed in with a telephone or a headset at the box")
        sound = seat.sound
        if isinstance(sound, StreamPort):
            sound.replace(stream)
        else:
            sound = seat.sound = StreamPort(stream, self._floor.clock).start()
        self._is_back(seat)
        return sound

    def look_for_lost_sound(self) -> None:
        """A page or a headset that is gone rings nobody; one that is gone in a talk is waited for."""
        now = self._floor.now
        for seat in self._floor.seats.values():
            if seat.state == OFFLINE:
                continue
            if seat.has_sound:
                if seat.lost_since is not None:
                    self._is_back(seat)
            elif seat.lost_since is None:
                seat.lost_since = now
                self._floor.tell_seat(seat)
                if seat.state == TALKING:
                    self._lost(seat)
            elif seat.state == READY and later(seat.lost_since, GONE_S) <= now:
                gone = HEADSET_GONE if seat.device == HEADSET else PAGE_GONE
                seat.notice = Notice(gone)
                self._floor.set_state(seat, NOT_READY, gone)

    # ---- inside ----

    def _use(self, seat: Seat, device: str, card: str) -> None:
        if (seat.device, seat.card) != (device, card):
            self._let_go(seat)
        seat.device, seat.card = device, card
        if device == HEADSET and seat.sound is None:
            seat.lost_since = self._floor.now
            self._headsets.put_on(seat)

    def _let_go(self, seat: Seat) -> None:
        sound, seat.sound = seat.sound, None
        if sound is not None:
            sound.stop()

    def _is_back(self, seat: Seat) -> None:
        """The seat has sound again."""
        seat.lost_since = None
        if seat.parked_until is not None:
            self._back(seat)
        if seat.state == NOT_READY and seat.reason in (PAGE_GONE, HEADSET_GONE):
            self._floor.set_state(seat, READY)
        self._floor.tell_seat(seat)

    def _agent(self, user_id: int) -> Agent:
        try:
            with self._ledger.reading() as tx:
                return agents.find(tx, user_id)
        except NoSuchAgent as error:
            raise NoAgent("you have no extension: a supervisor can give you one") from error

    def _finish_wrap_up(self, seat: Seat, is_asked: bool) -> None:
        work = seat.wrap_up
        if work is None:
            return
        if is_asked and work.needs_disposition and not self._floor.book.has_disposition(work.talk_id):
            raise NeedsDisposition("say what the call was about first")
        seat.wrap_up = None
        self._floor.book.wrapped_up(work.talk_id)


def of_user(floor: Floor, user_id: int) -> Seat:
    """The seat, also of who is not at the desk now; raises `NotSignedIn` for who never was."""
    seat = floor.seats.get(user_id)
    if seat is None:
        raise NotSignedIn("sign in at the desk first")
    return seat
