"""An agent dials: a colleague, whose box takes a message when nobody answers, or a number outside."""

from __future__ import annotations

from firmware.acd.calls_out import Conversation
from firmware.acd.errors import ExtensionBusy, NoSound, NoSuchExtension, WrongState
from firmware.acd.floor import PHONE, Consult, Floor, Ringing, Seat
from firmware.acd.leaving import Leaving
from firmware.acd.phones import Phones
from firmware.acd.records import NOT_READY, OFFLINE, READY, WRAP_UP
from firmware.acd.ringer import INSIDE, Ringer
from firmware.acd.talk import Talk
from firmware.clinic import people
from firmware.language.values import DEFAULT_LANGUAGE
from firmware.staff import agents
from firmware.staff.agents import Agent
from firmware.staff.errors import NoSuchAgent
from firmware.storage import calls
from firmware.storage.instants import later
from firmware.storage.ledger import Ledger

RING_S = 15


class Dialling:
    """Whoever is at a telephone is rung there first, and then hears it ring at the other end."""

    def __init__(self, floor: Floor, ledger: Ledger, phones: Phones, ringer: Ringer, leaving: Leaving) -> None:
        self._floor, self._ledger = floor, ledger
        self._phones, self._ringer, self._leaving = phones, ringer, leaving

    def dial(self, user_id: int, number: str, purpose: str = "") -> None:
        """Call a colleague or a number outside; raises a `DeskError`."""
        seat = self._floor.seat(user_id)
        if seat.state not in (READY, NOT_READY, WRAP_UP) or seat.talk is not None:
            raise WrongState("you are in a call")
        if seat.device != PHONE and (seat.sound is None or seat.sound.is_lost):
            raise NoSound("your page has no sound")
        colleague = self._agent(number)
        if colleague is not None:
            self._dial_colleague(seat, colleague)
        else:
            self._dial_outside(seat, number, purpose)

    def _agent(self, extension: str) -> Agent | None:
        """Also one who is not at the desk."""
        try:
            with self._ledger.reading() as tx:
                return agents.by_extension(tx, extension)
        except NoSuchAgent:
            return None

    def _dial_outside(self, seat: Seat, number: str, purpose: str) -> None:
        floor = self._floor
        talk = Talk(
            "", "out", None, DEFAULT_LANGUAGE, floor.now, floor.settings.queues[0].key, hold_music=floor.speaker.music
        )
        call = self._phones.place(seat, number, Conversation(self._phones, talk))
        talk.call_id, talk.number = call.id, call.number
        known = floor.book.write(lambda tx: people.language_of(tx, call.number))
        talk.language = known or DEFAULT_LANGUAGE
        if purpose:
            floor.book.note(call.id, f"purpose {purpose}")
        self._phones.let_listen(seat, talk, call.start, call.hang_up)

    def _dial_colleague(self, seat: Seat, wanted: Agent) -> None:
        floor, now, number = self._floor, self._floor.now, wanted.extension
        colleague = floor.seats.get(wanted.user_id)
        if colleague is seat:
            raise NoSuchExtension("that is you")
        if colleague is not None and colleague.state not in (READY, NOT_READY, OFFLINE):
            raise ExtensionBusy("they can't take a call now")
        talk = Talk(calls.new_id(now), INSIDE, number, DEFAULT_LANGUAGE, now, hold_music=floor.speaker.music)
        floor.book.write(
            lambda tx: calls.begin(
                tx, now, talk.call_id, INSIDE, None, is_withheld=False, direction=INSIDE, called=number
            )
        )
        self._phones.let_listen(seat, talk, lambda: self._ring(seat, talk, wanted), lambda: self._never_began(talk))

    def _never_began(self, talk: Talk) -> None:
        self._floor.book.write(lambda tx: calls.end(tx, self._floor.now, talk.call_id, "cancelled"))

    def _ring(self, seat: Seat, talk: Talk, wanted: Agent) -> None:
        """At the colleague's place; who is not there has a box."""
        colleague, now = self._floor.seats.get(wanted.user_id), self._floor.now
        talk.pending = None
        if colleague is None or colleague.state != READY or not colleague.has_sound:
            self._leaving.begin(seat, talk, wanted)
            return
        ringing = Ringing([wanted.user_id], later(now, RING_S), now, talk=talk, asked_by=seat.user_id)
        seat.consult = Consult(wanted.extension, wanted.name, ringing=ringing)
        self._ringer.ring(colleague, ringing)
