"""Calls that the desk places: for whom agents dial, to patients who left the queue, doctors, agents at home."""

from __future__ import annotations

from collections.abc import Callable

from firmware.acd.calls_out import Asked, CalledBack, Conversation, HandedOver
from firmware.acd.clinic_side import ClinicSide
from firmware.acd.errors import (
    AbroadForbidden,
    DeskError,
    LongDistance,
    NoFreeLine,
    NoSound,
    NoSuchNumber,
    NotInClass,
    NumberForbidden,
    PremiumNumber,
)
from firmware.acd.floor import PHONE, Consult, Entry, Floor, Notice, Ringing, Seat
from firmware.acd.outside import OutsideCall, Records, Side, Trunks
from firmware.acd.own_phone import OwnDial, OwnRing
from firmware.acd.records import READY
from firmware.acd.ringer import Ringer, nothing
from firmware.acd.talk import LegKind, Talk
from firmware.acd.talking import Talking
from firmware.audio.port import Port
from firmware.audio.signals import RingBack
from firmware.clinic import call_classes, recording_rules, tasks
from firmware.clinic.call_classes import Rule
from firmware.modem.errors import AllLinesBusy, NumberInvalid
from firmware.phone_number import NotANumber, normalise
from firmware.storage.instants import later

TRY_AGAIN_S = (300, 300)  # a callback that nobody answered is tried twice more
_REFUSALS: dict[Rule | None, type[NumberForbidden]] = {
    Rule.NO_NUMBER: NoSuchNumber,
    Rule.PREMIUM: PremiumNumber,
    Rule.LONG_DISTANCE: LongDistance,
    Rule.ABROAD: AbroadForbidden,
    Rule.NOT_IN_CLASS: NotInClass,
}


class Phones:
    """Places calls for agents; `ringer` and `talking` are given once they are there."""

    ringer: Ringer
    talking: Talking

    def __init__(self, floor: Floor, trunks: Trunks, records: Records, clinic: ClinicSide) -> None:
        self._floor, self._trunks, self._records, self._clinic = floor, trunks, records, clinic
        self._ringing: dict[int, OutsideCall] = {}  # agents' own telephones, by user

    # ---- the agent's own ear ----

    def let_listen(self, seat: Seat, talk: Talk, go: Callable[[], object], give_up: Callable[[], None]) -> None:
        """The agent takes part in `talk` and hears it ring; then `go`.

        At a telephone they are rung first, and say by a key that it is them; `give_up` if they don't. Raises a
        `DeskError`, and has given up then.
        """
        if seat.device != PHONE:
            if seat.sound is None:
                give_up()
                raise NoSound("your page has no sound")
            self._begin(seat, talk, give_up)
            self.listens(seat, talk, seat.sound.port, nothing, give_up)
            go()
            return
        try:
            own = self.place(seat, seat.agent.phone_number or "", OwnDial(self, seat, talk, go, give_up), True)
        except DeskError:
            give_up()
            raise

        def give_up_both() -> None:
            own.hang_up()
            give_up()

        self._begin(seat, talk, give_up_both)
        own.start()

    def listens(
        self, seat: Seat, talk: Talk, port: Port, hang_up: Callable[[], None], give_up: Callable[[], None] | None
    ) -> None:
        """The agent is there and hears it ring; `give_up` cancels what rings."""
        own = talk.join(LegKind.AGENT, seat.agent.extension, port, hang_up, seat.user_id)
        own.port.play(RingBack())
        talk.pending = give_up

    def _begin(self, seat: Seat, talk: Talk, give_up: Callable[[], None]) -> None:
        if seat.wrap_up is not None:
            self._floor.book.wrapped_up(seat.wrap_up.talk_id)
            seat.wrap_up = None
        talk.pending = give_up
        self._floor.begin_talk(seat, talk, None)

    # ---- asking somebody outside, handing over to them ----

    def consult(self, seat: Seat, talk: Talk, number: str) -> Consult:
        consult = Consult(number, number)
        call = self.place(seat, number, Asked(self, talk, seat, consult))
        consult.cancel = call.hang_up
        if (own := talk.leg_of(seat.user_id)) is not None:
            own.port.play(RingBack())
        call.start()
        return consult

    def hand_over(self, seat: Seat, talk: Talk, number: str) -> None:
        call = self.place(seat, number, HandedOver(self, talk, seat.user_id))
        talk.pending = call.hang_up
        call.start()

    # ---- callbacks ----

    def call_back(self, seat: Seat, entry: Entry, port: Port, hang_up: Callable[[], None]) -> None:
        """Call a patient who left the queue for it; the agent hears it ring at `port`."""
        floor = self._floor
        talk = Talk(
            "", "out", entry.number, entry.language, floor.now, entry.queue, entry.id, hold_music=floor.speaker.music
        )
        entry.tries += 1
        floor.book.change_entry(entry.id, state="calling", tries=entry.tries)
        try:
            call = self.place(seat, entry.number or "", CalledBack(self, talk, entry), True)
        except (NoFreeLine, NumberForbidden) as error:
            self.try_later(entry, 60)
            seat.notice = Notice("no-line" if isinstance(error, NoFreeLine) else "invalid")
            floor.set_state(seat, READY)
            hang_up()
            return
        talk.call_id = call.id
        floor.book.change_entry(entry.id, user_id=seat.user_id)
        self._begin(seat, talk, call.hang_up)
        self.listens(seat, talk, port, hang_up, call.hang_up)
        call.start()

    def try_later(self, entry: Entry, seconds: float) -> None:
        """The callback waits again, in its old turn."""
        floor = self._floor
        entry.not_before, entry.ringing = later(floor.now, seconds), None
        floor.entries[entry.id] = entry
        floor.book.change_entry(entry.id, state="waiting", not_before=entry.not_before)
        floor.tell_queue()

    def not_reached(self, entry: Entry, why: str) -> None:
        """Nobody answered the callback: later again, or never."""
        if why == "invalid" or entry.tries > len(TRY_AGAIN_S):
            self._floor.book.leave(entry.id, "failed")
            self._clinic.give_up(entry)
        elif why == "cancelled":
            self.try_later(entry, 0)
        else:
            self.try_later(entry, TRY_AGAIN_S[entry.tries - 1])

    def reached(self, entry: Entry, user_id: int) -> None:
        """Somebody spoke with the patient."""
        floor = self._floor
        floor.book.leave(entry.id, "answered", user_id=user_id, answered_at=floor.now)
        if entry.number and (seat := floor.seats.get(user_id)):
            number, login = entry.number, seat.agent.login
            floor.book.write(lambda tx: tasks.close_for_number(tx, floor.now, number, login))

    # ---- agents on a telephone ----

    def ring(self, seat: Seat, ringing: Ringing) -> None:
        try:
            call = self.place(seat, seat.agent.phone_number or "", OwnRing(self, seat, ringing), True)
        except (NoFreeLine, NumberForbidden):
            seat.notice = Notice("no-line")
            self.ringer.miss(seat, ringing)
            return
        self._ringing[seat.user_id] = call.start()

    def stop_ringing(self, seat: Seat) -> None:
        call = self._ringing.pop(seat.user_id, None)
        if call is not None:
            call.hang_up()

    def keep(self, seat: Seat) -> None:
        """The agent has answered: the call is no ringing any more."""
        self._ringing.pop(seat.user_id, None)

    # ---- inside ----

    @property
    def floor(self) -> Floor:
        return self._floor

    def place(self, seat: Seat, number: str, side: Side, is_allowed: bool = False) -> OutsideCall:
        """A call that waits to be started; raises `NumberForbidden` or `NoFreeLine`."""
        settings = self._floor.settings
        verdict = call_classes.may_call(settings, seat.agent.outside_class, number)
        if not verdict.is_allowed and not is_allowed:
            raise _REFUSALS.get(verdict.refused_by, NumberForbidden)(verdict.refused_by or "")
        try:
            line_call = self._trunks.seize(number)
        except AllLinesBusy as error:
            raise NoFreeLine("every line is in use or kept free for callers") from error
        except NumberInvalid as error:
            raise NoSuchNumber("this is no number that can be called") from error
        is_recorded = recording_rules.records_agent(settings.recording, line_call.line_name, None, seat.agent.extension)
        call = OutsideCall(
            self._floor, self._records, line_call, _normal(number), side,
            is_recorded=is_recorded and isinstance(side, Conversation) and side.is_main,
        )  # fmt: skip
        call.longest_s = 0 if is_allowed else verdict.longest_s
        return call


def _normal(number: str) -> str:
    """As numbers stand in the ledger; short ones of service stay as they are."""
    try:
        return normalise(number)
    except NotANumber:
        return number[:20]
