"""What an agent does with the conversation they have: hold, keys, pause the recording, hang up."""

from __future__ import annotations

from firmware.acd import recorded
from firmware.acd.errors import NoTalk, WrongState
from firmware.acd.floor import Floor, Notice, Seat
from firmware.acd.ringer import INSIDE, Ringer
from firmware.acd.talk import Leg, LegKind, Talk
from firmware.storage import calls
from firmware.storage.instants import later

KEYS = frozenset("0123456789*#ABCD")
MOST_KEYS = 32


class Talking:
    """Each act is checked against what the agent really has: a page may show something old, or lie."""

    def __init__(self, floor: Floor, ringer: Ringer) -> None:
        self._floor, self._ringer = floor, ringer

    # ---- hold, keys, the end ----

    def hold(self, user_id: int) -> None:
        seat, talk = self.both(user_id)
        leg = far_leg(talk, seat)
        if not leg.is_held:
            talk.hold(leg)
            seat.held_since = self._floor.now
            self.mark(talk, "held")
            self._floor.tell_seat(seat)

    def resume(self, user_id: int) -> None:
        seat, talk = self.both(user_id)
        if seat.consult is not None:
            raise WrongState("end the call to your colleague first")
        leg = far_leg(talk, seat)
        if leg.is_held and not talk.is_away:
            self.unhold(seat, talk, leg)
            self._floor.tell_seat(seat)

    def mute(self, user_id: int, on: bool) -> None:
        """Be heard by nobody until one wants to be; of those whose sound is no page's."""
        seat, talk = self.both(user_id)
        if (own := talk.leg_of(user_id)) is not None:
            talk.mute(own, on)
            self._floor.tell_seat(seat)

    def digits(self, user_id: int, keys: str) -> None:
        """Send keys to the far end."""
        seat, talk = self.both(user_id)
        if not keys or len(keys) > MOST_KEYS or not set(keys) <= KEYS:
            raise ValueError("keys are 0-9, * and #")
        leg = far_leg(talk, seat)
        if leg.is_held:
            raise WrongState("the caller is on hold")
        leg.party.press(keys)

    def record(self, user_id: int, on: bool) -> None:
        """Go on recording, or pause."""
        seat, talk = self.both(user_id)
        if talk.recorder is None or talk.recorder.is_refused:
            raise WrongState("this call is not recorded")
        if on:
            talk.recorder.resume()
        else:
            talk.recorder.pause()
        self._floor.tell_seat(seat)

    def hang_up(self, user_id: int, by: str = "agent") -> None:
        """The agent's part ends; where two others remain they go on."""
        seat, talk = self.both(user_id)
        self.drop_consult(seat)
        own = talk.leg_of(user_id)
        if own is not None and len(talk.speakers) > 2:
            self.leave(seat, talk, own, by)
        else:
            self.end(talk, by)

    def end(self, talk: Talk, by: str) -> None:
        """The conversation is over for everybody."""
        seats = [seat for seat in self._floor.seats.values() if seat.talk is talk or talk.leg_of(seat.user_id)]
        pending, talk.pending = talk.pending, None
        if pending is not None:
            pending()
        if talk.direction == INSIDE:
            self._floor.book.write(lambda tx: calls.end(tx, self._floor.now, talk.call_id, by))
        for leg in talk.end(by):
            leg.hang_up()
        for seat in seats:
            self.drop_consult(seat)
            if seat.talk is talk:
                self._floor.after_talk(seat, talk, by)
            else:
                self._floor.dismiss(seat)

    def leg_gone(self, talk: Talk, leg: Leg) -> None:
        """Somebody who is no agent hung up."""
        if leg not in talk.legs:
            return
        talk.leave(leg)
        asker = next((seat for seat in self.seats(talk) if seat.consult and seat.consult.leg is leg), None)
        if asker is not None:
            asker.consult, asker.notice = None, Notice("hung-up", leg.name)
            self._floor.tell_seat(asker)
        if len(talk.speakers) < 2:
            self.end(talk, "caller" if leg.kind is LegKind.CALLER else "outside")

    def end_lonely(self) -> None:
        """A call to a colleague who did not answer is over."""
        for seat in list(self._floor.seats.values()):
            talk = seat.talk
            if talk is None or talk.direction != INSIDE or seat.consult is not None or talk.pending is not None:
                continue
            if len(talk.speakers) < 2 and not talk.is_leaving_message:
                self.end(talk, "agent")

    def remind_of_held(self) -> None:
        """Whoever keeps somebody on hold for long hears a beep, alone, again and again."""
        now, every_s = self._floor.now, self._floor.settings.hold_reminder_s
        for seat in self._floor.seats.values():
            if seat.talk is None or seat.held_since is None or seat.parked_until is not None:
                continue
            last = max(seat.held_since, seat.reminded_at or seat.held_since)
            own = seat.talk.leg_of(seat.user_id)
            if own is not None and later(last, every_s) <= now:
                seat.reminded_at = now
                own.party.beep()

    # ---- for those who hand calls on ----

    def both(self, user_id: int) -> tuple[Seat, Talk]:
        """The agent's seat and conversation; raises a `DeskError` without one."""
        seat = self._floor.seat(user_id)
        return seat, self._floor.talk_of(seat)

    def seats(self, talk: Talk) -> list[Seat]:
        """The agents who take part."""
        return [seat for seat in self._floor.seats.values() if seat.talk is talk]

    def unhold(self, seat: Seat, talk: Talk, leg: Leg) -> None:
        """Back from the music."""
        talk.resume(leg)
        if seat.held_since is not None:
            seat.held_s += (self._floor.now - seat.held_since).total_seconds()
            seat.held_since = None
        self.mark(talk, "resumed")

    def leave(self, seat: Seat, talk: Talk, own: Leg, by: str) -> None:
        """The agent goes, the others stay."""
        talk.leave(own)
        own.hang_up()
        recorded.follow_rules(self._floor.settings.recording, talk)
        self._dismiss_supervisors(seat)
        self._floor.after_talk(seat, talk, by)
        for other in self.seats(talk):
            self._floor.tell_seat(other)

    def _dismiss_supervisors(self, seat: Seat) -> None:
        """They were there for this agent."""
        for other in self._floor.seats.values():
            if other.supervises is not None and other.supervises[0] == seat.user_id:
                self._floor.dismiss(other)

    def drop_consult(self, seat: Seat) -> None:
        """Whoever was asked is not needed any more."""
        consult, seat.consult = seat.consult, None
        if consult is None:
            return
        if consult.ringing is not None:
            self._ringer.withdraw(consult.ringing, "gone")
        if consult.cancel is not None:
            consult.cancel()
        talk = seat.talk
        if talk is not None and consult.leg is None and (own := talk.leg_of(seat.user_id)) is not None:
            own.party.resume()  # until now they heard it ring
        if consult.leg is None or talk is None or consult.leg not in talk.legs:
            return
        leg = consult.leg
        talk.leave(leg)
        leg.hang_up()
        recorded.follow_rules(self._floor.settings.recording, talk)
        if (colleague := self._floor.seats.get(leg.user_id or 0)) is not None and colleague.talk is talk:
            self._floor.after_talk(colleague, talk, "agent")

    def mark(self, talk: Talk, kind: str, detail: str = "") -> None:
        """For the recording and the call's journal."""
        if talk.recorder is not None:
            talk.recorder.mark(kind, detail)
        self._floor.book.note(talk.call_id, f"{kind} {detail}".strip())


def far_leg(talk: Talk, seat: Seat) -> Leg:
    """Whom the agent speaks with: the caller, else whoever else is there; raises `NoTalk`."""
    if talk.caller is not None:
        return talk.caller
    for leg in talk.speakers:
        if leg.user_id != seat.user_id:
            return leg
    raise NoTalk("nobody else is there")
