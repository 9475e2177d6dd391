"""Why the desk calls outside: an agent dials, a patient is called back, a doctor is asked, an agent sits elsewhere."""

from __future__ import annotations

from firmware.acd.calls_out import Asked, CalledBack, Conversation, HandedOver, OwnPhone
from firmware.acd.clinic_side import ClinicSide
from firmware.acd.errors import NoFreeLine, NoSound, NoSuchExtension, NumberForbidden, WrongState
from firmware.acd.floor import Consult, Entry, Floor, Notice, Ringing, Seat
from firmware.acd.outside import OutsideCall, Records, Side, Trunks
from firmware.acd.records import NOT_READY, READY, WRAP_UP
from firmware.acd.ringer import Ringer, nothing
from firmware.acd.talk import LegKind, Talk
from firmware.acd.talking import INSIDE, Talking
from firmware.audio.signals import RingBack
from firmware.clinic import call_classes, people, recording_rules, tasks
from firmware.language.values import DEFAULT_LANGUAGE
from firmware.modem.errors import AllLinesBusy, NumberInvalid
from firmware.phone_number import NotANumber, normalise
from firmware.storage import calls
from firmware.storage.instants import later

TRY_AGAIN_S = (300, 300)  # a callback that nobody answered is tried twice more
PRESS_S = 15


class Phones:
    """Places calls for agents; `ringer` and `talking` are given once they are there."""

    ringer: Ringer
    talking: Talking

    def __init__(self, floor: Floor, trunks: Trunks, records: Records, clinic: ClinicSide) -> None:
        self._floor, self._trunks, self._records, self._clinic = floor, trunks, records, clinic
        self._ringing: dict[int, OutsideCall] = {}  # agents' own telephones, by user

    # ---- an agent dials ----

    def dial(self, user_id: int, number: str, purpose: str = "") -> None:
        """Call a colleague or a number outside; raises a `DeskError`."""
        seat = self._floor.seat(user_id)
        if seat.state not in (READY, NOT_READY, WRAP_UP) or seat.talk is not None:
            raise WrongState("you are in a call")
        if seat.sound is None or seat.sound.is_lost:
            raise NoSound("your page has no sound")
        colleague = next((each for each in self._floor.seats.values() if each.agent.extension == number), None)
        if colleague is not None:
            self._dial_colleague(seat, colleague)
        else:
            self._dial_outside(seat, number, purpose)

    def _dial_outside(self, seat: Seat, number: str, purpose: str) -> None:
        talk = Talk(
            "", "out", None, DEFAULT_LANGUAGE, self._floor.now, self._floor.settings.queues[0].key,
            hold_music=self._floor.speaker.music,
        )  # fmt: skip
        call = self._place(seat, number, Conversation(self, talk))
        talk.call_id, talk.number = call.id, call.number
        known = self._floor.book.write(lambda tx: people.language_of(tx, call.number))
        talk.language = known or DEFAULT_LANGUAGE
        if purpose:
            self._floor.book.note(call.id, f"purpose {purpose}")
        self._begin(seat, talk, call)

    def _begin(self, seat: Seat, talk: Talk, call: OutsideCall) -> None:
        """The agent hears it ring until somebody answers."""
        if seat.sound is None:
            raise NoSound("your page has no sound")
        seat.wrap_up = None
        own = talk.join(LegKind.AGENT, seat.agent.extension, seat.sound.port, nothing, seat.user_id)
        own.port.play(RingBack())
        talk.pending = call.hang_up
        self._floor.begin_talk(seat, talk, None)
        call.start()

    def _dial_colleague(self, seat: Seat, colleague: Seat) -> None:
        if colleague is seat or colleague.state != READY or not colleague.has_sound:
            raise NoSuchExtension("they can't take a call now")
        if seat.sound is None:
            raise NoSound("your page has no sound")
        call_id, now = calls.new_id(self._floor.now), self._floor.now
        number = colleague.agent.extension
        self._floor.book.write(
            lambda tx: calls.begin(tx, now, call_id, INSIDE, None, is_withheld=False, direction=INSIDE, called=number)
        )
        talk = Talk(call_id, INSIDE, number, DEFAULT_LANGUAGE, now, hold_music=self._floor.speaker.music)
        own = talk.join(LegKind.AGENT, seat.agent.extension, seat.sound.port, nothing, seat.user_id)
        own.port.play(RingBack())
        seat.wrap_up = None
        self._floor.begin_talk(seat, talk, None)
        ringing = Ringing([colleague.user_id], later(now, PRESS_S), now, talk=talk, asked_by=seat.user_id)
        seat.consult = Consult(number, colleague.agent.name, ringing=ringing)
        self.ringer.ring(colleague, ringing)

    # ---- asking somebody outside, handing over to them ----

    def consult(self, seat: Seat, talk: Talk, number: str) -> Consult:
        consult = Consult(number, number)
        call = self._place(seat, number, Asked(self, talk, seat, consult))
        consult.cancel = call.hang_up
        if (own := talk.leg_of(seat.user_id)) is not None:
            own.port.play(RingBack())
        call.start()
        return consult

    def hand_over(self, seat: Seat, talk: Talk, number: str) -> None:
        call = self._place(seat, number, HandedOver(self, talk, seat.user_id))
        talk.pending = call.hang_up
        call.start()

    # ---- callbacks ----

    def call_back(self, seat: Seat, entry: Entry) -> None:
        """Call a patient who left the queue for it; the agent hears it ring."""
        floor = self._floor
        talk = Talk(
            "", "out", entry.number, entry.language, floor.now, entry.queue, entry.id, hold_music=floor.speaker.music
        )
        entry.tries += 1
        floor.book.change_entry(entry.id, state="calling", tries=entry.tries)
        try:
            call = self._place(seat, entry.number or "", CalledBack(self, talk, entry), is_allowed=True)
        except (NoFreeLine, NumberForbidden) as error:
            self.try_later(entry, 60)
            seat.notice = Notice("no-line" if isinstance(error, NoFreeLine) else "invalid")
            floor.set_state(seat, READY)
            return
        talk.call_id = call.id
        floor.book.change_entry(entry.id, user_id=seat.user_id)
        self._begin(seat, talk, call)

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
            call = self._place(seat, seat.agent.phone_number or "", OwnPhone(self, seat, ringing), is_allowed=True)
        except (NoFreeLine, NumberForbidden):
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

    def _place(self, seat: Seat, number: str, side: Side, *, is_allowed: bool = False) -> OutsideCall:
        """A call that waits to be started; raises `NumberForbidden` or `NoFreeLine`."""
        settings = self._floor.settings
        verdict = call_classes.may_call(settings, seat.agent.outside_class, number)
        if not verdict.is_allowed and not is_allowed:
            raise NumberForbidden(verdict.reason)
        try:
            line_call = self._trunks.seize(number)
        except AllLinesBusy as error:
            raise NoFreeLine("every line is in use or kept free for callers") from error
        except NumberInvalid as error:
            raise NumberForbidden("this is no number that can be called") from error
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
