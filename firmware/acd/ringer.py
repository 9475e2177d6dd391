"""Brings callers and agents together: carries out the policy's offers, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from firmware.acd import policy, recorded
from firmware.acd.errors import NoSound, NothingRings, NotSignedIn, WrongState
from firmware.acd.floor import PHONE, Entry, Floor, Notice, Ringing, Seat
from firmware.acd.leaving import Leaving
from firmware.acd.records import NOT_READY, OFFLINE, READY, RINGING, WRAP_UP, Agent, Caller
from firmware.acd.talk import LegKind, Talk
from firmware.audio.player import PromptSource
from firmware.audio.port import Port
from firmware.clinic import tasks
from firmware.clinic.desk_settings import NOT_ANSWERING
from firmware.language.catalogue import Prompt
from firmware.language.values import Code
from firmware.storage import calls
from firmware.storage.instants import later

INSIDE = "inside"  # the direction of a call between colleagues, and its line in the journal
DIALLING_S = 25  # a telephone outside takes so much longer to ring, answer and understand


def nothing() -> None:
    """Hanging up is somebody else's: the call's own thread, or a page that stays."""


class Phones(Protocol):
    """What reaches people outside."""

    def ring(self, seat: Seat, ringing: Ringing) -> None:
        """Call the agent's own telephone."""

    def stop_ringing(self, seat: Seat) -> None:
        """The caller is gone, or somebody else has them."""

    def call_back(self, seat: Seat, entry: Entry, port: Port, hang_up: Callable[[], None]) -> None:
        """Call a patient who left the queue for it; the agent listens at `port`."""


class Ringer:
    """All that rings at the desk."""

    def __init__(self, floor: Floor, phones: Phones, leaving: Leaving) -> None:
        self._floor, self._phones, self._leaving = floor, phones, leaving

    # ---- offers ----

    def make_offers(self) -> None:
        """Let those ring whose turn it is."""
        floor = self._floor
        for offer in policy.offers(callers(floor), agents(floor), floor.settings, floor.now):
            entry = floor.entries[offer.entry_id]
            ringing = Ringing(list(offer.user_ids), offer.until, floor.now, entry)
            entry.ringing = ringing
            for user_id in offer.user_ids:
                ringing.offers[user_id] = floor.book.offer(entry.id, user_id)
                self.ring(floor.seats[user_id], ringing)
            floor.tell_queue()

    def ring(self, seat: Seat, ringing: Ringing) -> None:
        """Let it ring at an agent."""
        seat.ringing = ringing
        self._floor.set_state(seat, RINGING)
        if seat.device == PHONE:
            ringing.until = later(ringing.until, DIALLING_S)
            self._phones.ring(seat, ringing)

    def end_overdue(self) -> None:
        """Who has not answered in time has missed the call."""
        for seat in list(self._floor.seats.values()):
            ringing = seat.ringing
            if ringing is not None and ringing.until <= self._floor.now:
                self.miss(seat, ringing)

    def miss(self, seat: Seat, ringing: Ringing) -> None:
        """The agent did not answer."""
        limit = self._limit(ringing)
        seat.missed_in_a_row += 1
        self._stop(seat, ringing, "missed")
        if seat.missed_in_a_row >= limit:
            seat.notice = Notice(NOT_ANSWERING)
            self._floor.set_state(seat, NOT_READY, NOT_ANSWERING)
        else:
            self._floor.set_state(seat, READY)

    def reject(self, user_id: int) -> None:
        """The agent does not want this call now; it goes on to the next."""
        seat, ringing = self._ringing(user_id)
        self._stop(seat, ringing, "rejected")
        self._floor.set_state(seat, READY)

    def withdraw(self, ringing: Ringing, outcome: str, besides: Seat | None = None) -> None:
        """It rings no more at anybody but `besides`: the caller is gone, or somebody was faster."""
        for user_id in list(ringing.users):
            seat = self._floor.seats.get(user_id)
            if seat is not None and seat is not besides and seat.ringing is ringing:
                self._stop(seat, ringing, outcome)
                self._floor.set_state(seat, READY)

    def forget(self, entry: Entry, state: str) -> None:
        """The entry waits no more, for the reason `state`."""
        floor = self._floor
        entry.is_over = True
        floor.entries.pop(entry.id, None)
        if entry.ringing is not None:
            self.withdraw(entry.ringing, "gone")
            entry.ringing = None
        floor.book.leave(entry.id, state)
        floor.tell_queue()

    # ---- answering ----

    def answer(self, user_id: int, port: Port | None = None, hang_up: Callable[[], None] = nothing) -> None:
        """The agent takes what rings, with the sound of their page or (a telephone's) `port`."""
        seat, ringing = self._ringing(user_id)
        if port is None:
            if seat.sound is None or seat.sound.is_lost:
                raise NoSound("your page has no sound")
            port = seat.sound.port
        self._take(seat, ringing, port, hang_up)

    def pick_up(self, user_id: int, extension: str) -> None:
        """Take what rings at a colleague."""
        seat = self._floor.seat(user_id)
        if seat.state not in (READY, NOT_READY):
            raise WrongState("you are in a call")
        other = next((each for each in self._floor.seats.values() if each.agent.extension == extension), None)
        if other is None or other.ringing is None:
            raise NothingRings("nothing rings there any more")
        if seat.device == PHONE:
            self._ring_too(seat, other.ringing)
            return
        if not seat.has_sound or seat.sound is None:
            raise NoSound("your page has no sound")
        self._take(seat, other.ringing, seat.sound.port, nothing)

    def _ring_too(self, seat: Seat, ringing: Ringing) -> None:
        """Whoever is at a telephone picks up there; until then it goes on ringing at the colleague's too."""
        if seat.state != READY:
            raise WrongState("press ready first: your telephone rings then")
        ringing.users.append(seat.user_id)
        if ringing.entry is not None:
            ringing.offers[seat.user_id] = self._floor.book.offer(ringing.entry.id, seat.user_id)
        self.ring(seat, ringing)

    def _take(self, seat: Seat, ringing: Ringing, port: Port, hang_up: Callable[[], None]) -> None:
        if ringing.entry is None:
            self._join_colleague(seat, ringing, port, hang_up)
            return
        entry = ringing.entry
        self._end_offer(ringing, seat.user_id, "answered")
        self.withdraw(ringing, "withdrawn", besides=seat)
        entry.ringing = None
        self._floor.entries.pop(entry.id, None)
        if entry.is_callback:
            seat.ringing = None
            self._phones.call_back(seat, entry, port, hang_up)
        else:
            self._floor.book.leave(entry.id, "answered", user_id=seat.user_id, answered_at=self._floor.now)
            self._connect(seat, entry, ringing, port, hang_up)
        self._floor.tell_queue()

    def _connect(self, seat: Seat, entry: Entry, ringing: Ringing, port: Port, hang_up: Callable[[], None]) -> None:
        call, floor = entry.call, self._floor
        if call is None or entry.call_id is None:
            raise NothingRings("the caller has gone")
        talk = Talk(
            entry.call_id, "in", entry.number, entry.language, floor.now, entry.queue, entry.id, call.recorder,
            entry.transfers, call.line, hold_music=floor.speaker.music,
        )  # fmt: skip
        caller = talk.join(LegKind.CALLER, entry.number or "", call.port, nothing)
        talk.join(LegKind.AGENT, seat.agent.extension, port, hang_up, seat.user_id)
        if floor.settings.queue(entry.queue).announces_agent and not entry.transfers:
            said = [Prompt("desk.agent", {"extension": Code(seat.agent.extension)})]
            caller.port.play(PromptSource(floor.speaker.sounds(said, entry.language), stops_at_key=False))
        if talk.recorder is not None:
            recorded.begin(floor.settings.recording, talk)
            talk.recorder.mark("answered", seat.agent.extension)
        floor.book.note(entry.call_id, f"answered {seat.agent.extension}")
        if entry.number:
            number, login = entry.number, seat.agent.login
            floor.book.write(lambda tx: tasks.close_for_number(tx, floor.now, number, login))
        entry.talk = talk
        floor.begin_talk(seat, talk, ringing.began_at)

    def _join_colleague(self, seat: Seat, ringing: Ringing, port: Port, hang_up: Callable[[], None]) -> None:
        talk, asker = ringing.talk, self._floor.seats.get(ringing.asked_by or 0)
        if talk is None or talk.over.is_set() or asker is None:
            raise NothingRings("the call is over")
        self.withdraw(ringing, "withdrawn", besides=seat)
        leg = talk.join(LegKind.AGENT, seat.agent.extension, port, hang_up, seat.user_id)
        recorded.follow_rules(self._floor.settings.recording, talk)
        if asker.consult is not None and asker.consult.ringing is ringing:
            asker.consult.leg, asker.consult.ringing = leg, None
            if len(talk.speakers) == 2:
                asker.consult = None  # a call between colleagues: nobody waits to be handed over
                self._floor.book.write(lambda tx: calls.answer(tx, self._floor.now, talk.call_id))
        if (own := talk.leg_of(asker.user_id)) is not None:
            own.party.resume()  # until now they heard it ring
        self._floor.begin_talk(seat, talk, ringing.began_at)
        self._floor.tell_seat(asker)

    # ---- inside ----

    def _ringing(self, user_id: int) -> tuple[Seat, Ringing]:
        seat = self._floor.seat(user_id)
        if seat.ringing is None:
            raise NothingRings("no call rings at your place any more")
        return seat, seat.ringing

    def _stop(self, seat: Seat, ringing: Ringing, outcome: str) -> None:
        seat.ringing = None
        if seat.user_id in ringing.users:
            ringing.users.remove(seat.user_id)
        self._end_offer(ringing, seat.user_id, outcome)
        if seat.device == PHONE:
            self._phones.stop_ringing(seat)
        if ringing.entry is not None:
            if outcome in ("missed", "rejected"):
                skip_s = self._floor.settings.queue(ringing.entry.queue).skip_s
                ringing.entry.skip[seat.user_id] = later(self._floor.now, skip_s)
            if not ringing.users and ringing.entry.ringing is ringing:
                ringing.entry.ringing = None
                self._floor.tell_queue()
        elif outcome in ("missed", "rejected"):
            self._not_reached(ringing, seat.user_id)

    def _not_reached(self, ringing: Ringing, user_id: int) -> None:
        """The colleague who was asked did not answer: who asked is told; who called them may leave a message."""
        asker = self._floor.seats.get(ringing.asked_by or 0)
        talk, wanted = ringing.talk, self._floor.seats.get(user_id)
        if asker is None or asker.consult is None or asker.consult.ringing is not ringing or talk is None:
            return
        asker.notice = Notice("no-answer", asker.consult.name)
        asker.consult = None
        if talk.direction == INSIDE and len(talk.speakers) == 1 and wanted is not None:
            self._leaving.begin(asker, talk, wanted.agent)
        elif (own := talk.leg_of(asker.user_id)) is not None:
            own.party.resume()  # until now they heard it ring
        self._floor.tell_seat(asker)

    def _end_offer(self, ringing: Ringing, user_id: int, outcome: str) -> None:
        if (offer_id := ringing.offers.pop(user_id, None)) is not None:
            self._floor.book.offer_ended(offer_id, outcome)

    def _limit(self, ringing: Ringing) -> int:
        settings = self._floor.settings
        return settings.queue(ringing.entry.queue if ringing.entry else "").missed_in_a_row


def callers(floor: Floor) -> list[Caller]:
    """Those who wait, as the policy sees them."""
    return [_caller(entry, floor.settings.queue(entry.queue).key) for entry in floor.entries.values()]


def _caller(entry: Entry, queue: str) -> Caller:
    return Caller(
        entry.id, queue, entry.language, entry.turn_at, entry.priority, entry.wished, entry.is_callback,
        entry.ringing is not None, entry.not_before, entry.kept_for, entry.skip,
    )  # fmt: skip


def agents(floor: Floor) -> list[Agent]:
    """Those at the desk, as the policy sees them."""
    return [
        Agent(seat.user_id, _state(floor, seat), seat.since, frozenset(seat.agent.languages), seat.agent.skills)
        for seat in floor.seats.values()
    ]


def _state(floor: Floor, seat: Seat) -> str:
    """Who can't hear a ring is not rung; while their page may come back, those who wait for them are not sent away."""
    if seat.has_sound:
        return seat.state
    if seat.lost_since is not None and later(seat.lost_since, floor.settings.parked_s) <= floor.now:
        return OFFLINE
    return WRAP_UP if seat.state == READY else seat.state  # free again without having to say so


def signed_in(floor: Floor, user_id: int) -> Seat:
    """The seat of a colleague; raises `NotSignedIn`."""
    seat = floor.seats.get(user_id)
    if seat is None or seat.state == OFFLINE:
        raise NotSignedIn("they have not signed in")
    return seat
