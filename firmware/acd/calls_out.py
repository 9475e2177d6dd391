"""What becomes of a call that the desk placed, by what it was placed for."""

from __future__ import annotations

from typing import Protocol

from firmware.acd.asking import give_notice
from firmware.acd.floor import Consult, Entry, Floor, Notice, Seat
from firmware.acd.handing import Requeue
from firmware.acd.outside import OutsideCall, Silent
from firmware.acd.ringer import Ringer
from firmware.acd.talk import Leg, LegKind, Talk
from firmware.acd.talking import Talking
from firmware.audio.player import PromptSource
from firmware.audio.port import Port
from firmware.clinic import recording_rules, tasks
from firmware.language.catalogue import Prompt


class Phones(Protocol):
    """Who placed the call."""

    ringer: Ringer
    talking: Talking

    @property
    def floor(self) -> Floor: ...

    def reached(self, entry: Entry, user_id: int) -> None:
        """A callback reached its patient."""

    def not_reached(self, entry: Entry, why: str) -> None:
        """A callback reached nobody."""


class Conversation(Silent):
    """An agent calls somebody."""

    is_main = True  # the conversation is about this call: it is the one that is recorded

    def __init__(self, phones: Phones, talk: Talk) -> None:
        self._phones, self._talk = phones, talk
        self._leg: Leg | None = None

    def up(self, call: OutsideCall, port: Port) -> None:
        self._give_notice(call, port)
        with self._phones.floor.lock:
            talk = self._talk
            if talk.over.is_set() or port.hung_up is not None:  # in the notice
                self.failed(call, "cancelled" if talk.over.is_set() else "hung-up")
                call.hang_up()
                return
            talk.pending = None
            if self.is_main:
                talk.recorder, talk.line = call.recorder, call.line_name
            self._leg = talk.join(self.kind, call.number, port, call.hang_up)
            for own in talk.speakers:
                if own.kind is LegKind.AGENT:
                    own.party.resume()
            self.answered()
            self._tell()

    def _give_notice(self, call: OutsideCall, port: Port) -> None:
        """Who is called hears that the call is recorded before anybody speaks with them; the agent hears it too."""
        floor, talk = self._phones.floor, self._talk
        notice = recording_rules.notice_to_called(floor.settings.recording)
        if call.recorder is None or notice is None:
            return
        with floor.lock:
            for own in talk.speakers:
                own.port.play(PromptSource(floor.speaker.sounds([Prompt(notice)], talk.language), stops_at_key=False))
        give_notice(port, floor.speaker, call.recorder, notice, talk.language)

    @property
    def kind(self) -> LegKind:
        return LegKind.CALLER if self.is_main else LegKind.OUTSIDE

    def answered(self) -> None:
        """With the lock held: somebody is there; if they had been missed, they are reached."""
        floor, number = self._phones.floor, self._talk.number
        by = next((seat.agent.login for seat in floor.seats.values() if seat.talk is self._talk), "")
        floor.book.write(lambda tx: tasks.close_for_number(tx, floor.now, number, by))

    def said(self, call: OutsideCall) -> None:
        with self._phones.floor.lock:
            if self._leg is not None and self._leg in self._talk.legs:
                self._talk.prompt_ended(self._leg)

    def failed(self, call: OutsideCall, why: str) -> None:
        with self._phones.floor.lock:
            self.not_reached(why)
            for seat in self._phones.floor.seats.values():
                if seat.talk is self._talk:
                    seat.notice = Notice(why)
            if not self._talk.over.is_set():
                self._phones.talking.end(self._talk, "outside")

    def not_reached(self, why: str) -> None:
        """With the lock held: nobody is there."""

    def gone(self, call: OutsideCall, why: str) -> None:
        with self._phones.floor.lock:
            if self._leg is not None:
                self._phones.talking.leg_gone(self._talk, self._leg)

    def _tell(self) -> None:
        for seat in self._phones.floor.seats.values():
            if seat.talk is self._talk:
                self._phones.floor.tell_seat(seat)


class CalledBack(Conversation):
    """An agent calls a patient who left the queue for it."""

    def __init__(self, phones: Phones, talk: Talk, entry: Entry) -> None:
        super().__init__(phones, talk)
        self._entry = entry

    def answered(self) -> None:
        agent = next((leg.user_id for leg in self._talk.legs if leg.user_id is not None), 0)
        self._phones.reached(self._entry, agent)

    def not_reached(self, why: str) -> None:
        self._phones.not_reached(self._entry, why)


class Asked(Conversation):
    """An agent asks somebody outside while the caller waits."""

    is_main = False

    def __init__(self, phones: Phones, talk: Talk, seat: Seat, consult: Consult) -> None:
        super().__init__(phones, talk)
        self._seat, self._consult = seat, consult

    def up(self, call: OutsideCall, port: Port) -> None:
        with self._phones.floor.lock:
            if self._seat.consult is self._consult:
                super().up(call, port)
            else:
                call.hang_up()

    def answered(self) -> None:
        self._consult.leg, self._consult.cancel = self._leg, None

    def failed(self, call: OutsideCall, why: str) -> None:
        with self._phones.floor.lock:
            if self._seat.consult is self._consult:
                self._seat.consult, self._seat.notice = None, Notice(why, self._consult.name)
                if (own := self._talk.leg_of(self._seat.user_id)) is not None:
                    own.party.resume()
                self._phones.floor.tell_seat(self._seat)


class HandedOver(Conversation):
    """A caller is handed to somebody outside; when nobody is there, they wait again."""

    is_main = False

    def __init__(self, phones: Phones, talk: Talk, user_id: int) -> None:
        super().__init__(phones, talk)
        self._user_id = user_id

    def answered(self) -> None:
        if (caller := self._talk.caller) is not None:
            self._talk.resume(caller)

    def not_reached(self, why: str) -> None:
        self._talk.caller_goes = Requeue(self._talk.queue or "", self._user_id, is_urgent=True)
