"""Whole calls on a port in virtual time: what is pressed when, what is kept, what is given back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from firmware.audio.recording_writer import RecordingWriter
from firmware.clinic import holds, people, schedule
from firmware.clinic.schedule import Wish
from firmware.clock import ManualClock
from firmware.ivr import conversation, voice
from firmware.ivr.call import IncomingConversation, Reception
from firmware.ivr.visit import Did, Memory, Visit
from firmware.storage import calls, recordings
from firmware.storage.call_schema import call_events, voice_messages
from tests.dialogue.desk import NINE, P1, P4, Clinic
from tests.dialogue.line import Ringing, VirtualPort, reception

S05 = "11948212" + "11"


@dataclass
class Rig:
    clinic: Clinic
    clock: ManualClock
    reception: Reception
    port: VirtualPort
    last: dict[str, Any]

    def call(
        self, number: str | None, politely: str = "", later: str = "", gap_s: float = 0.15, at_s: float = 1.0
    ) -> Rig:
        """One call, to its end; `later` are keys at fixed times, "H" hangs up."""
        self.port = VirtualPort(self.clock, politely)
        names = {"H": "hang", "c": "click"}
        self.port.later = [(at_s + gap_s * turn, names.get(key, key)) for turn, key in enumerate(later)]
        return self.take(number)

    def take(self, number: str | None) -> Rig:
        ringing = Ringing(self.port, number, withheld=number is None)
        IncomingConversation(ringing, self.reception).run()
        assert ringing.is_released
        self.reception.writer.flush()
        with self.clinic.ledger.reading() as tx:
            (self.last,) = calls.latest(tx, 1)
        return self

    def events(self, kind: str) -> list[str]:
        with self.clinic.ledger.reading() as tx:
            return [each["detail"] for each in calls.events(tx, self.last["id"]) if each["kind"] == kind]


@pytest.fixture
def rig(clinic: Clinic, tmp_path: Path) -> Iterator[Rig]:
    clock, writer = ManualClock(NINE), RecordingWriter().start()
    yield Rig(clinic, clock, reception(clinic, tmp_path / "data", clock, writer), VirtualPort(clock), {})
    writer.stop()


def test_a_patient_caller_books(rig: Rig) -> None:
    rig.call(P1, politely=S05)
    assert rig.clinic.booked() == [("2026-03-03", "08:30", "booked", 1)]
    assert (rig.last["outcome"], rig.last["end_reason"], rig.last["patient_id"]) == ("booked", "finished", 1)
    assert rig.events("key") == ["1", "4 digits", "2", "1", "2", "1", "1", "silence"]
    assert rig.events("outcome") == ["booked"]
    assert rig.events("proved") == ["birth year"]
    said = rig.events("said")[-2]
    assert said.index("预约成功") < said.index("预约码")


def test_all_keys_pressed_ahead_book_the_same_in_under_twenty_seconds(rig: Rig) -> None:
    rig.call(P1, later=S05)
    assert rig.clinic.booked() == [("2026-03-03", "08:30", "booked", 1)]
    assert rig.events("key")[:7] == ["1", "4 digits", "2", "1", "2", "1", "1"]
    booked_at = rig.events("node").index("book.told_time")
    assert booked_at == 7  # nothing was asked twice


@pytest.mark.parametrize("gap_s", [0.02, 0.1, 0.5, 1.0, 2.5])
def test_no_pace_of_keys_loses_or_doubles_one(rig: Rig, gap_s: float) -> None:
    rig.call(P1, later=S05, gap_s=gap_s)
    assert rig.events("key")[:7] == ["1", "4 digits", "2", "1", "2", "1", "1"]


def test_a_key_cuts_the_prompt_at_once(rig: Rig) -> None:
    rig.call(P1, later="1H", at_s=1.0, gap_s=0.02)
    assert rig.port.spoken_frames <= 52


def test_the_key_after_a_time_that_was_just_taken_chooses_nothing_else(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = conversation.STEPS["hold"]

    def hold_too_late(visit: Visit, memory: Memory) -> Did:
        if rig.clinic.booked():
            return hold.run(visit, memory)
        wish = Wish(department_id=1, kind="specialist")
        first = schedule.next_free(visit.tx, visit.profile, visit.now, wish, after=visit.today + timedelta(days=1))[0]
        holds.hold(visit.tx, visit.profile, visit.now, first, 4, holder="desk/8001", channel="desk")
        return hold.run(visit, memory)

    late = replace(hold, run=hold_too_late)
    monkeypatch.setattr(conversation, "STEPS", {**conversation.STEPS, "hold": late})
    rig.call(P1, later="1194821211" + "1", gap_s=0.15)
    said = rig.events("said")
    assert [each for each in said if each.startswith("抱歉，这个号刚刚被约走了")]
    assert not [each for each in said if "您选的是" in each]
    assert [(at, patient) for _, at, _, patient in rig.clinic.booked()] == [("08:30", 4)]


def test_a_key_pressed_once_the_news_is_heard_counts(rig: Rig) -> None:
    rig.port = VirtualPort(rig.clock)
    rig.port.later = [(1.0, "4"), (1.3, "1"), (2.6, "2"), (3.0, "hang")]
    rig.take(P1)
    assert rig.events("key") == ["4", "2"]  # the 1 came before a word could be understood


def test_the_hash_after_a_full_number_is_no_second_answer(rig: Rig) -> None:
    rig.call(None, later="1100016#2468##2121" + "1", gap_s=0.15)
    assert rig.events("key")[:9] == ["1", "6 digits", "4 digits", "#", "2", "1", "2", "1", "1"]
    assert [state for _, _, state, _ in rig.clinic.booked()] == ["booked"]
    assert (rig.last["caller"], rig.last["is_withheld"]) == (None, 1)


def test_a_short_number_ends_by_itself(rig: Rig) -> None:
    rig.call(P1, later="119", at_s=3.0)
    assert rig.events("said")[2].startswith("号码没有输完")


def test_a_noise_that_cuts_a_prompt_makes_it_be_said_again(rig: Rig) -> None:
    rig.call(P1, later="c", at_s=2.0)
    greeting = rig.port.spoken_frames
    quiet = rig.call("13800000005")
    assert greeting > quiet.port.spoken_frames


def test_hanging_up_at_confirm_frees_the_slot_and_can_be_continued(rig: Rig) -> None:
    rig.call(P1, later="119482121H", gap_s=0.3)
    assert rig.clinic.booked() == []
    assert (rig.last["outcome"], rig.last["end_reason"]) == ("left at confirm", "busy tone")
    assert rig.clinic.texts(P1) == []

    rig.call(P1, politely="11")

    assert "没有办完" in rig.events("said")[0]
    assert rig.clinic.booked() == [("2026-03-03", "08:30", "booked", 1)]


def test_silence_ends_in_goodbye_not_in_a_loop(rig: Rig) -> None:
    rig.call(P1)
    assert rig.last["end_reason"] == "finished"
    assert rig.port.seconds < 180


def test_a_message_is_kept_and_journalled(rig: Rig) -> None:
    rig.port = VirtualPort(rig.clock, politely="81")
    rig.port.voice_until_s = 600.0
    rig.port.later = [(60.0, "#")]
    rig.take(P1)
    with rig.clinic.ledger.reading() as tx:
        (message,) = recordings.messages_waiting(tx)
    assert message.number == P1
    assert message.seconds > 5
    assert (rig.reception.folders.voice_messages / message.file).stat().st_size > 40_000
    assert rig.last["outcome"] == "message"


def test_a_message_that_ends_with_a_hang_up_is_kept_too(rig: Rig) -> None:
    rig.port = VirtualPort(rig.clock, politely="81")
    rig.port.voice_until_s = 600.0
    rig.port.later = [(60.0, "hang")]
    rig.take(None)
    with rig.clinic.ledger.reading() as tx:
        (message,) = recordings.messages_waiting(tx)
    assert message.call_id == rig.last["id"]
    assert rig.last["outcome"] == "message"


def test_a_message_that_gets_to_the_disk_late_is_not_lost(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "CLOSING_S", 0.05)
    stalled = RecordingWriter()
    reception = replace(rig.reception, writer=stalled)
    port = VirtualPort(rig.clock, politely="81")
    port.voice_until_s = 600.0
    port.later = [(60.0, "#")]
    IncomingConversation(Ringing(port, P1), reception).run()
    with rig.clinic.ledger.reading() as tx:
        assert recordings.messages_waiting(tx) == []
    stalled.start().flush()
    with rig.clinic.ledger.reading() as tx:
        (message,) = recordings.messages_waiting(tx)
    assert (message.number, message.seconds > 5) == (P1, True)
    stalled.stop()


def test_an_empty_message_is_none(rig: Rig) -> None:
    rig.call(P1, politely="81")
    with rig.clinic.ledger.reading() as tx:
        assert tx.execute(select(voice_messages)).all() == []
    assert list(rig.reception.folders.voice_messages.iterdir()) == []


def test_the_call_is_recorded_and_indexed(rig: Rig) -> None:
    rig.call(P1, politely=S05)
    with rig.clinic.ledger.reading() as tx:
        (recording,) = recordings.unpacked(tx)
    assert (recording.call_id, recording.state) == (rig.last["id"], "complete")
    assert (rig.reception.folders.recordings / recording.file).exists()


def test_the_language_and_the_pace_of_a_number_are_remembered(rig: Rig) -> None:
    rig.port = VirtualPort(rig.clock)
    rig.port.later = [(1.0, "*"), (60.0, "1")]
    rig.take(P1)
    with rig.clinic.ledger.reading() as tx:
        contact = people.contact(tx, P1)
    assert contact == people.Contact(P1, "en", slow_keys=True)
    assert rig.call(P1, later="H").events("said")[0].startswith("Hello")


def test_a_number_that_never_called_is_greeted_in_its_owners_language(rig: Rig) -> None:
    assert rig.call(P4, later="H").events("said")[0].startswith("Hello")
    rig.call(P4, later="*H")  # who wants Chinese gets it, and from then on
    assert rig.call(P4, later="H").events("said")[0].startswith("您好")


def test_no_digit_that_was_keyed_is_in_the_journal(rig: Rig) -> None:
    rig.call(None, later="1100016#2468#13912345678#", gap_s=0.2)
    with rig.clinic.ledger.reading() as tx:
        rows = tx.execute(select(call_events.c.detail).where(call_events.c.kind != "said")).scalars()
        journal = " ".join(rows)
    assert not any(secret in journal for secret in ("100016", "2468", "13912345678"))


def test_who_hangs_up_before_the_answer_is_journalled(rig: Rig) -> None:
    ringing = Ringing(None, P1)
    IncomingConversation(ringing, rig.reception).run()
    with rig.clinic.ledger.reading() as tx:
        (call,) = calls.latest(tx, 1)
    assert (call["answered_at"], call["end_reason"]) == (None, "the caller hung up")
    assert ringing.is_released


def test_a_step_that_breaks_sends_the_caller_to_the_message(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_(*_: object) -> None:
        raise RuntimeError("a bug")

    broken = {**conversation.STEPS, "check-year": conversation.STEPS["recognise"].__class__(break_, ("known",))}
    monkeypatch.setattr(conversation, "STEPS", broken)
    rig.call(P1, politely="11948")
    assert "系统出了点问题" in rig.events("said")[2]
    assert rig.last["end_reason"] == "finished"


@pytest.mark.parametrize("number", ["abc", "", "+", "1" * 40, "ANONYMOUS'; --"])
def test_a_caller_id_that_is_no_number_counts_as_none(rig: Rig, number: str) -> None:
    rig.call(number, later="H")
    assert rig.last["caller"] is None
