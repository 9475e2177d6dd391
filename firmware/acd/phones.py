"""Why the desk calls outside: an agent dials, a patient is called back, a doctor is asked, an agent sits elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from firmware.acd.errors import NoFreeLine, NoSound, NoSuchExtension, NumberForbidden, WrongState
from firmware.acd.floor import Consult, Entry, Floor, Notice, Ringing, Seat
from firmware.acd.outside import OutsideCall, Records, Side, Silent, Trunks
from firmware.acd.records import NOT_READY, READY, WRAP_UP
from firmware.acd.ringer import Ringer, nothing
from firmware.acd.talk import Leg, LegKind, Talk
from firmware.acd.talking import Requeue, Talking
from firmware.audio.player import PromptSource
from firmware.audio.port import Port
from firmware.audio.signals import RingBack
from firmware.clinic import call_classes, tasks
from firmware.language.catalogue import Prompt
from firmware.language.values import DEFAULT_LANGUAGE
from firmware.modem.errors import AllLinesBusy, NumberInvalid
from firmware.phone_number import NotANumber, normalise
from firmware.storage import calls
from firmware.storage.instants import later

TRY_AGAIN_S = (300, 300)  # a callback that nobody answered is tried twice more
PRESS_S = 15
TAKES = "1"
INSIDE = "inside"  # what stands for a line in the journal of a call between colleagues


class Phones:
    """Places calls for agents; `ringer` and `talking` are given once they are there."""

    ringer: Ringer
    talking: Talking

    def __init__(self, floor: Floor, trunks: Trunks, records: Records, give_up: Callable[[Entry], None]) -> None:
        """`give_up` is told of a callback that reached nobody in all its tries."""
        self._floor, self._trunks, self._records, self._give_up = floor, trunks, records, give_up
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
        talk = Talk("", "out", None, DEFAULT_LANGUAGE, self._floor.now, self._floor.settings.queues[0].key)
        call = self._place(seat, number, Conversation(self, talk))
        talk.call_id, talk.number = call.id, call.number
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
        talk = Talk(call_id, INSIDE, number, DEFAULT_LANGUAGE, now)
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
        self._place(seat, number, HandedOver(self, talk, seat.user_id)).start()

    # ---- callbacks ----

    def call_back(self, seat: Seat, entry: Entry) -> None:
        """Call a patient who left the queue for it; the agent hears it ring."""
        floor = self._floor
        talk = Talk("", "out", entry.number, entry.language, floor.now, entry.queue, entry.id)
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
            self._give_up(entry)
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
        rules = settings.recording
        is_recorded = rules.records and seat.agent.extension not in rules.off_agents
        call = OutsideCall(
            self._floor, self._records, line_call, _normal(number), side,
            is_recorded=is_recorded and isinstance(side, Conversation) and side.is_main,
        )  # fmt: skip
        call.longest_s = 0 if is_allowed else verdict.longest_s
        return call


class Conversation(Silent):
    """An agent calls somebody."""

    is_main = True  # the conversation is about this call: it is the one that is recorded

    def __init__(self, phones: Phones, talk: Talk) -> None:
        self._phones, self._talk = phones, talk
        self._leg: Leg | None = None

    def up(self, call: OutsideCall, port: Port) -> None:
        with self._phones.floor.lock:
            talk = self._talk
            if talk.over.is_set():
                call.hang_up()
                return
            if self.is_main:
                talk.recorder = call.recorder
            self._leg = talk.join(self.kind, call.number, port, call.hang_up)
            for own in talk.speakers:
                if own.kind is LegKind.AGENT:
                    own.party.resume()
            self.answered()
            self._tell()

    @property
    def kind(self) -> LegKind:
        return LegKind.CALLER if self.is_main else LegKind.OUTSIDE

    def answered(self) -> None:
        """With the lock held: somebody is there."""

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


class OwnPhone(Silent):
    """An agent away from the desk: their telephone rings, and they press 1 to take the call."""

    def __init__(self, phones: Phones, seat: Seat, ringing: Ringing) -> None:
        self._phones, self._seat, self._ringing = phones, seat, ringing
        self._has_taken = False

    def up(self, call: OutsideCall, port: Port) -> None:
        language = self._seat.agent.language or DEFAULT_LANGUAGE
        said = self._phones.floor.speaker.sounds([Prompt("desk.press_one")], language)
        port.play(PromptSource(said, stops_at_key=True))

    def key(self, call: OutsideCall, key: str) -> None:
        with self._phones.floor.lock:
            if self._has_taken or key != TAKES or self._seat.ringing is not self._ringing or call.port is None:
                return
            self._has_taken = True
            self._phones.keep(self._seat)
            self._phones.ringer.answer(self._seat.user_id, call.port, call.hang_up)

    def failed(self, call: OutsideCall, why: str) -> None:
        self._missed()

    def gone(self, call: OutsideCall, why: str) -> None:
        with self._phones.floor.lock:
            if self._has_taken and self._seat.talk is not None:
                self._phones.talking.hang_up(self._seat.user_id)
        self._missed()

    def _missed(self) -> None:
        with self._phones.floor.lock:
            if self._seat.ringing is self._ringing:
                self._phones.keep(self._seat)
                self._phones.ringer.miss(self._seat, self._ringing)


def _normal(number: str) -> str:
    """As numbers stand in the ledger; short ones of service stay as they are."""
    try:
        return normalise(number)
    except NotANumber:
        return number[:20]
