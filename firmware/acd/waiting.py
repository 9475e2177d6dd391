"""One wait in one queue, in the call's own thread: the caller hears how long still, and may choose otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.acd import policy
from firmware.acd.clinic_side import ClinicSide
from firmware.acd.floor import Entry, Floor, Handed
from firmware.acd.handing import Handing
from firmware.acd.records import READY
from firmware.acd.ringer import Ringer, agents, callers
from firmware.acd.talk import Talk
from firmware.acd.talking import Talking
from firmware.acd.waits import handling_times, minutes_to_wait
from firmware.audio.player import PromptSource
from firmware.audio.port import HungUp, KeyPressed, PortEvent, SourceEnded
from firmware.clinic.desk_settings import QueueSettings
from firmware.language.catalogue import Prompt
from firmware.language.values import Number, PhoneNumber

SERVED, UNAVAILABLE, MESSAGE, BACK, MAIN, IDENTIFY = "served", "unavailable", "message", "back", "main", "identify"
CALLBACK_KEY, MESSAGE_KEY, BACK_KEY = "1", "2", "*"

LOOK_S = 0.2
TIPS = ("desk.tip.text", "desk.tip.menu")


@dataclass(frozen=True)
class Desk:
    """What every caller at the desk needs."""

    floor: Floor
    ringer: Ringer
    talking: Talking
    handing: Handing
    clinic: ClinicSide


class CallerGone(Exception):
    """The caller hung up."""


class Wait:
    """One wait in one queue."""

    def __init__(self, desk: Desk, entry: Entry, queue: QueueSettings, caller: Handed) -> None:
        self._desk, self._floor, self._entry, self._queue, self._caller = desk, desk.floor, entry, queue, caller
        self._port = caller.port
        self._began_s = self._port.seconds
        self._said_at_s = self._began_s
        self._announcements = 0
        self._asks_number = False  # whether 1 and 2 answer "shall we call you back on this number"

    def run(self, greeting: str) -> Talk | str:
        """The conversation when somebody answers, else where the caller goes instead; raises `CallerGone`."""
        self._say(Prompt(greeting), *self._place())
        while True:
            event = self._port.wait(LOOK_S)
            if isinstance(event, HungUp):
                self._abandon()
                raise CallerGone
            if self._entry.talk is not None:
                return self._entry.talk
            if (goes := self._take(event) or self._enough()) is not None:
                return goes

    # ---- what the caller hears ----

    def _say(self, *prompts: Prompt) -> None:
        """Unless somebody has answered meanwhile."""
        sounds = self._floor.speaker.sounds(prompts, self._caller.language)
        with self._floor.lock:
            if self._entry.talk is None and not self._entry.is_over:
                self._said_at_s = self._port.seconds
                self._port.play(PromptSource(sounds))

    def _place(self) -> list[Prompt]:
        """How many are before this caller and how long that may take; nothing that is not known."""
        floor, entry = self._floor, self._entry
        with floor.lock:
            waiting, present = callers(floor), agents(floor)
        place = policy.positions(waiting, present, floor.settings).get(entry.id)
        said = policy.position_to_say(place, entry.said_position) if place is not None else None
        if place is None or said is None or (said == 1 and not self._announcements and self._is_anybody_free()):
            return []
        entry.said_position = said
        floor.book.change_entry(entry.id, said_position=said)
        prompts = [Prompt("desk.position", {"position": Number(said)})]
        times = floor.book.write(lambda tx: handling_times(tx, entry.queue, floor.now)) or []
        able = sum(agent.is_at_work and self._queue.key in agent.skills for agent in present)
        minutes = minutes_to_wait(place, able, times)
        if minutes is not None:
            prompts.append(Prompt("desk.expected", {"minutes": Number(minutes)}))
        return prompts

    def _is_anybody_free(self) -> bool:
        return any(seat.state == READY and self._queue.key in seat.agent.skills for seat in self._floor.seats.values())

    def _announce(self) -> None:
        self._announcements += 1
        choices = [Prompt("desk.offer_callback" if self._may_call_back() else "desk.offer_message")]
        if self._announcements % 2 == 0:
            choices.append(Prompt(TIPS[self._announcements // 2 % len(TIPS)]))
        self._say(*(self._place() or [Prompt("desk.still_here")]), *choices)

    def _may_call_back(self) -> bool:
        after_s = self._queue.callback_after_s
        return bool(self._caller.number) and 0 <= after_s <= self._port.seconds - self._began_s

    def _music(self) -> None:
        with self._floor.lock:
            if self._entry.talk is None:
                self._port.play(self._floor.speaker.music())

    # ---- what the caller does ----

    def _take(self, event: PortEvent | None) -> str | None:
        """Where the caller goes by their own wish."""
        if isinstance(event, SourceEnded):
            self._music()
        elif isinstance(event, KeyPressed) and event.at_s >= self._began_s:
            return self._key(event.key)
        elif self._port.seconds - self._said_at_s >= self._queue.announce_every_s:
            self._asks_number = False
            self._announce()
        return None

    def _key(self, key: str) -> str | None:
        was_asked, self._asks_number = self._asks_number, False
        if was_asked and key == CALLBACK_KEY:
            return self._leave_number()
        if not was_asked and key == CALLBACK_KEY and self._may_call_back():
            self._asks_number = True
            self._say(Prompt("desk.confirm_callback", {"number": PhoneNumber(self._caller.number or "")}))
        elif not was_asked and key == MESSAGE_KEY and self._quit("message"):
            self._note_missed()  # until they have left one
            return MESSAGE
        elif key == BACK_KEY and self._quit("returned"):
            return BACK
        else:
            self._music()
        return None

    def _leave_number(self) -> str | None:
        """The caller's turn is kept by a callback, and only then promised."""
        floor, entry = self._floor, self._entry
        entry_id = floor.book.enter(
            entry.queue, entry.language, entry.number, call_id=entry.call_id, patient_id=entry.patient_id,
            turn_at=entry.turn_at, priority=entry.priority, is_callback=1,
        )  # fmt: skip
        if entry_id < 0 or not self._quit("callback"):  # it could not be written down, or somebody has just answered
            floor.book.leave(entry_id, "withdrawn")
            self._music()
            return None
        with floor.lock:
            floor.entries[entry_id] = Entry(
                entry_id, entry.queue, entry.language, entry.number, entry.turn_at, call_id=entry.call_id,
                patient_id=entry.patient_id, priority=entry.priority, is_callback=True,
            )  # fmt: skip
        floor.book.note(self._caller.call_id, "callback kept")
        floor.tell_queue()
        tell(self._floor, self._caller, "desk.callback_kept")
        return SERVED

    def _quit(self, state: str) -> bool:
        """Wait no more; False when somebody has just answered."""
        with self._floor.lock:
            if self._entry.talk is not None:
                return False
            self._desk.ringer.forget(self._entry, state)
            return True

    def _enough(self) -> str | None:
        """Nobody will come: everybody has gone, or it is too long already."""
        waited_s = (self._floor.now - self._entry.turn_at).total_seconds()
        with self._floor.lock:
            is_hopeful = waited_s < self._queue.longest_wait_s and somebody_serves(self._floor, self._queue)
            if is_hopeful or self._entry.ringing is not None or not self._quit("closed"):
                return None
        self._note_missed()
        return UNAVAILABLE

    def _abandon(self) -> None:
        with self._floor.lock:
            talk = self._entry.talk
            if talk is not None and talk.caller is not None:
                self._desk.talking.leg_gone(talk, talk.caller)
            elif talk is None:
                self._desk.ringer.forget(self._entry, "abandoned")
        if talk is None:
            self._note_missed()

    def _note_missed(self) -> None:
        self._desk.clinic.note_missed(self._caller)


def tell(floor: Floor, caller: Handed, prompt: str) -> None:
    """Say it to the end; raises `CallerGone`."""
    source = PromptSource(floor.speaker.sounds([Prompt(prompt)], caller.language), stops_at_key=False)
    caller.port.play(source)
    end_s = caller.port.seconds + source.seconds + 1.0
    while caller.port.seconds < end_s and not isinstance(_of(caller.port.wait(LOOK_S)), SourceEnded):
        continue


def somebody_serves(floor: Floor, queue: QueueSettings) -> bool:
    """Whether anybody is there who answers this queue, now or after the call they are in."""
    return any(agent.is_at_work and queue.key in agent.skills for agent in agents(floor))


def _of(event: PortEvent | None) -> PortEvent | None:
    if isinstance(event, HungUp):
        raise CallerGone
    return event
