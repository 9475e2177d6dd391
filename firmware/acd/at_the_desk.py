"""A caller at the desk, in the call's own thread: waits, is spoken with, perhaps by several people, and goes on."""

from __future__ import annotations

from firmware.acd.asking import BY_TEXT, ask_rating, give_notice
from firmware.acd.book import who_tried
from firmware.acd.floor import Entry, Handed
from firmware.acd.handing import Requeue
from firmware.acd.talk import Talk
from firmware.acd.waiting import IDENTIFY, LOOK_S, SERVED, UNAVAILABLE, CallerGone, Desk, Wait, somebody_serves
from firmware.audio.port import HungUp, SourceEnded
from firmware.clinic import people, ratings, recording_rules
from firmware.clinic.desk_settings import QueueSettings
from firmware.phone_number import is_mobile

VIP = "vip"
URGENT = 1000  # steps of priority: the head of the queue


class AtTheDesk:
    """One caller's stay, perhaps with several people and queues one after the other."""

    def __init__(self, desk: Desk, caller: Handed) -> None:
        self._desk, self._floor, self._caller, self._port = desk, desk.floor, caller, caller.port
        self._turn_at = self._floor.turns.setdefault(caller.call_id, self._floor.now)  # kept through the menus and back
        self._transfers = 0
        self._was_told = False  # that the call is recorded
        self._was_lost = False  # by an agent whose page is gone

    def run(self) -> str | None:
        """How the caller goes on: SERVED, UNAVAILABLE, MESSAGE, BACK, MAIN or IDENTIFY; None: they hung up."""
        goes: Requeue | str = Requeue(self._floor.settings.queue(self._caller.queue).key)
        with self._floor.lock:
            talk = self._floor.away.pop(self._caller.call_id, None)
            if talk is not None:
                self._desk.handing.come_back(talk)
        try:
            if talk is not None:
                goes = self._speak(talk)
            while isinstance(goes, Requeue):
                goes = self._stay(goes)
        except CallerGone:
            return None
        return goes

    def _stay(self, goes: Requeue) -> Requeue | str:
        queue = self._floor.settings.queue(goes.queue)
        with self._floor.lock:
            if not self._can_wait(queue, goes.is_urgent):
                return UNAVAILABLE
        self._give_notice(queue)
        with self._floor.lock:
            entry = self._enter(queue, goes)
        talk = Wait(self._desk, entry, queue, self._caller).run("desk.lost" if self._was_lost else "desk.wait")
        return self._speak(talk) if isinstance(talk, Talk) else talk

    def _can_wait(self, queue: QueueSettings, is_urgent: bool) -> bool:
        waiting = sum(entry.queue == queue.key and entry.call is not None for entry in self._floor.entries.values())
        return (
            self._desk.clinic.is_open()
            and somebody_serves(self._floor, queue)
            and (is_urgent or waiting < queue.most_waiting)
        )

    def _enter(self, queue: QueueSettings, goes: Requeue) -> Entry:
        caller, floor = self._caller, self._floor
        priority = URGENT if goes.is_urgent else self._steps()
        wished = goes.wished or floor.book.write(lambda tx: who_tried(tx, floor.now, caller.number))
        entry_id = floor.book.enter(
            queue.key, caller.language, caller.number, call_id=caller.call_id, patient_id=caller.patient_id,
            turn_at=self._turn_at, wished_user_id=wished, priority=priority,
        )  # fmt: skip
        entry = Entry(
            entry_id, queue.key, caller.language, caller.number, self._turn_at, caller, caller.call_id,
            caller.patient_id, priority, wished, transfers=self._transfers,
        )  # fmt: skip
        floor.entries[entry_id] = entry
        floor.tell_queue()
        return entry

    def _steps(self) -> int:
        """Of priority, for who is known to be a VIP."""
        patient_id = self._caller.patient_id
        if patient_id is None:
            return 0
        patient = self._floor.book.write(lambda tx: people.patient(tx, patient_id))
        return self._floor.settings.vip_steps if patient is not None and patient.tier == VIP else 0

    # ---- with people ----

    def _speak(self, talk: Talk) -> Requeue | str:
        """Until the conversation is over for this caller."""
        leg = talk.caller
        while not talk.over.is_set():
            if talk.is_away:
                return IDENTIFY
            event = self._port.wait(LOOK_S)
            with self._floor.lock:
                if isinstance(event, HungUp) and leg is not None:
                    self._desk.talking.leg_gone(talk, leg)
                    raise CallerGone
                if isinstance(event, SourceEnded) and leg is not None and leg in talk.legs:
                    talk.prompt_ended(leg)
        self._transfers = talk.transfers
        self._was_lost = talk.ended_by == "lost"
        if isinstance(talk.caller_goes, Requeue | str):
            return talk.caller_goes
        self._ask_rating(talk)
        return SERVED

    def _ask_rating(self, talk: Talk) -> None:
        queue, caller, agent = self._floor.settings.queue(talk.queue or ""), self._caller, talk.last_agent
        if not queue.asks_rating or talk.ended_by != "agent" or agent is None:
            return
        takes_texts = caller.number is not None and is_mobile(caller.number)
        score = ask_rating(self._port, self._floor.speaker, caller.language, offers_text=takes_texts)
        if score == BY_TEXT:
            self._desk.clinic.ask_by_text(caller, agent)
        elif score is not None:
            now = self._floor.now
            self._floor.book.write(lambda tx: ratings.rate(tx, now, caller.call_id, agent, score))

    def _give_notice(self, queue: QueueSettings) -> None:
        """Recording begins with the call; who does not want it says so before anybody speaks with them."""
        recorder, rules = self._caller.recorder, self._floor.settings.recording
        if recorder is None:
            return
        notice = recording_rules.notice_of(rules, self._caller.line, queue.key)
        if notice is not None and not self._was_told:
            self._was_told = True
            give_notice(self._port, self._floor.speaker, recorder, notice, self._caller.language)
        if not recording_rules.records_queue(rules, self._caller.line, queue.key):
            recorder.pause()
