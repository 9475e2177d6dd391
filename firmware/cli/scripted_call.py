"""A patient who calls and presses keys when the box waits for them, telling what is heard on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from firmware.cli.stage import Stage
from firmware.cli.story import LedgerWatch, Teller
from firmware.clock import Deadline
from firmware.modem.virtual.client import Phone, PhoneCall
from firmware.modem.virtual.hearing.listener import Ear, Heard, Listener, Quiet, Sighting, ToneHeard, UnknownSpeech
from firmware.storage.call_schema import calls

CALL_LIMIT_S = 900.0  # a call in self-service ends by then at the latest
TEXT_WAIT_S = 12.0  # a confirmation arrives within 10 s of the commit
LOOK_REAL_S = 0.03
SAME_PROMPT_SAMPLES = 2000  # a quarter of a second: fragments of one prompt follow closer, prompts wider apart


@dataclass
class ScriptedCall:
    """One call: `groups` are pressed one after the other, each when the box has stopped speaking."""

    stage: Stage
    teller: Teller
    groups: list[str]
    is_over: bool = field(default=False, init=False)
    _prompt: list[Heard] = field(default_factory=list, init=False)  # fragments that were heard and not yet told

    def make(self, caller: str, number: str, withheld: bool) -> str | None:
        """Call `number` and follow the call to its end; what the box wrote down as the call's outcome."""
        started = self.stage.clock.now()
        watch = LedgerWatch(self.stage.ledger, self.teller)
        phone = self.stage.network.phone(caller)
        texts_before = len(phone.texts())
        self.teller.tell("call", f"{'withheld number' if withheld else caller} calls {number}")
        call = phone.dial(number, withheld)
        self._follow(call, watch)
        self._tell_texts(phone, texts_before, watch)
        return outcome_since(self.stage, started)

    def _follow(self, call: PhoneCall, watch: LedgerWatch) -> None:
        listener = Listener(Ear(self.stage.folders.clips), call.heard_file, self.stage.clock)
        deadline = Deadline(self.stage.clock, CALL_LIMIT_S)
        events = CallEvents(self.stage, call.name)
        while not self.is_over and not deadline.is_over:
            self.stage.clock.sleep(LOOK_REAL_S / self.stage.clock.real_s(1.0))
            watch.look()
            for state, reason in events.new():
                self._tell_prompt()
                self.teller.tell("call", f"{state}{f' ({reason})' if reason else ''}")
                self.is_over = state in ("ended", "busy", "congestion", "unobtainable")
            sightings = listener.finish() if self.is_over else listener.poll()
            for sighting in sightings:
                self._take(sighting, call)
        self._tell_prompt()
        if not self.is_over:
            call.hang_up()

    def _take(self, sighting: Sighting, call: PhoneCall) -> None:
        if isinstance(sighting, Heard):
            self._add_fragment(sighting)
            return
        self._tell_prompt()
        match sighting:
            case UnknownSpeech():
                self.teller.tell("heard", "(speech that is no known prompt)")
            case ToneHeard():
                self.teller.tell("heard", f"({sighting.name} tone)")
            case Quiet() if self.groups and not self.is_over:
                keys = self.groups.pop(0)
                call.press(keys)
                self.teller.tell("pressed", keys)

    def _add_fragment(self, fragment: Heard) -> None:
        if self._prompt and fragment.starts_at - self._prompt[-1].ends_at > SAME_PROMPT_SAMPLES:
            self._tell_prompt()
        self._prompt.append(fragment)

    def _tell_prompt(self) -> None:
        """What was heard of one prompt, as one line."""
        if not self._prompt:
            return
        language, was_cut = self._prompt[0].language, self._prompt[-1].was_cut
        gap = "" if language == "zh" else " "
        words = gap.join(fragment.text for fragment in self._prompt)
        self._prompt = []
        self.teller.tell("heard", f"{words} ... (cut)" if was_cut else words, language=language)

    def _tell_texts(self, phone: Phone, seen: int, watch: LedgerWatch) -> None:
        deadline = Deadline(self.stage.clock, TEXT_WAIT_S)
        while not deadline.is_over:
            watch.look()
            for text in phone.texts()[seen:]:
                seen += 1
                self.teller.tell("texted", text["body"], parts=text["parts"])
            self.stage.clock.sleep(0.5)


class CallEvents:
    """The states of one call as the network tells them, each once."""

    def __init__(self, stage: Stage, name: str) -> None:
        self._network = stage.network
        self._name = name
        self._at = 0

    def new(self) -> list[tuple[str, str]]:
        """What changed since the last look: (state, reason)."""
        events = self._network.events_since(self._at)
        self._at += len(events)
        mine = [event for event in events if event["event"] == "call" and event["call"] == self._name]
        return [(event["state"], event.get("reason") or "") for event in mine]


def outcome_since(stage: Stage, started: datetime) -> str | None:
    """The outcome of the newest call that began after `started`, as the journal has it."""
    with stage.ledger.reading() as tx:
        newest = select(calls.c.outcome).where(calls.c.started_at >= started).order_by(calls.c.started_at.desc())
        return tx.execute(newest).scalars().first()
