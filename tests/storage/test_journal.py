"""The journal of calls, dialogues between messages, recordings and voice messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from firmware.storage import audit, calls, dialogues, recordings
from firmware.storage.dialogues import TEXT, VOICE
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import Recording

NUMBER = "13800000001"
LIFE_S = 1800


def test_a_call_from_ring_to_end(tx: Transaction, now: datetime) -> None:
    calls.begin(tx, now, "c1", "L1", NUMBER, is_withheld=False)
    calls.answer(tx, now + timedelta(seconds=2), "c1")
    calls.describe(tx, "c1", language="zh", flow="default", flow_version=1)
    calls.note(tx, now + timedelta(seconds=3), "c1", "key", "1" * 500)
    calls.conclude(tx, "c1", "left at confirm")
    calls.conclude(tx, "c1", "booked")
    calls.end(tx, now + timedelta(seconds=60), "c1", "caller hung up")
    (row,) = calls.latest(tx)
    assert (row["caller"], row["flow"], row["outcome"], row["end_reason"]) == (
        NUMBER,
        "default",
        "booked",
        "caller hung up",
    )
    assert row["ended_at"] - row["answered_at"] == timedelta(seconds=58)
    (event,) = calls.events(tx, "c1")
    assert (event["kind"], len(event["detail"])) == ("key", 200)


def test_calls_that_a_crash_left_open_are_ended_at_the_start(tx: Transaction, now: datetime) -> None:
    for call_id in ("c1", "c2", "c3"):
        calls.begin(tx, now, call_id, "L1", None, is_withheld=True)
    calls.end(tx, now, "c1", "done")
    assert sorted(calls.end_abandoned(tx, now + timedelta(minutes=5))) == ["c2", "c3"]
    assert calls.end_abandoned(tx, now) == []
    reasons = {row["id"]: row["end_reason"] for row in calls.latest(tx)}
    assert reasons == {"c1": "done", "c2": "the box stopped", "c3": "the box stopped"}


def test_a_text_dialogue_goes_on_with_the_next_message(tx: Transaction, now: datetime) -> None:
    assert dialogues.open_dialogue(tx, now, TEXT, NUMBER) is None
    dialogues.save(tx, now, "d1", TEXT, NUMBER, {"node": "book.department", "words": ["内科"]}, LIFE_S)
    later = now + timedelta(minutes=29)
    found = dialogues.open_dialogue(tx, later, TEXT, NUMBER)
    assert found is not None
    assert (found.id, found.state) == ("d1", {"node": "book.department", "words": ["内科"]})
    dialogues.save(tx, later, "d1", TEXT, NUMBER, {"node": "book.day"}, LIFE_S)
    assert dialogues.open_dialogue(tx, later + timedelta(minutes=29), TEXT, NUMBER) is not None
    dialogues.close(tx, later, "d1")
    assert dialogues.open_dialogue(tx, later, TEXT, NUMBER) is None


def test_a_dialogue_ends_by_the_clock_and_says_whose_holds_to_free(tx: Transaction, now: datetime) -> None:
    dialogues.save(tx, now, "d1", TEXT, NUMBER, {}, LIFE_S)
    over = now + timedelta(seconds=LIFE_S)
    assert dialogues.close_expired(tx, over - timedelta(seconds=1)) == []
    assert dialogues.open_dialogue(tx, over, TEXT, NUMBER) is None
    assert [dialogue.id for dialogue in dialogues.close_expired(tx, over)] == ["d1"]
    assert dialogues.close_expired(tx, over) == []


def test_a_number_has_one_open_dialogue_on_each_channel(tx: Transaction, now: datetime) -> None:
    dialogues.save(tx, now, "d1", TEXT, NUMBER, {}, LIFE_S)
    dialogues.save(tx, now, "v1", VOICE, NUMBER, {"node": "confirm"}, 600)  # S09: left in the middle
    dialogues.save(tx, now, "d2", TEXT, NUMBER, {}, LIFE_S)
    texted, spoken = (dialogues.open_dialogue(tx, now, channel, NUMBER) for channel in (TEXT, VOICE))
    assert texted is not None
    assert spoken is not None
    assert (texted.id, spoken.id) == ("d2", "v1")


def test_a_recording_from_call_to_archive(tx: Transaction, now: datetime) -> None:
    calls.begin(tx, now, "c1", "L1", NUMBER, is_withheld=False)
    recordings.begin(tx, "c1", "2026/c1.wav")
    assert recordings.unpacked(tx) == [Recording("c1", "2026/c1.wav", "recording", None)]
    recordings.complete(tx, "c1", "2026/c1.wav", 61)
    assert recordings.unpacked(tx)[0].seconds == 61
    recordings.archive(tx, "c1", "2026/c1.opus")
    assert recordings.unpacked(tx) == []
    with pytest.raises(IntegrityError):
        recordings.begin(tx, "c1", "again.wav")


def test_a_voice_message_waits_until_somebody_deals_with_it(tx: Transaction, now: datetime) -> None:
    message_id = recordings.add_message(tx, now, None, NUMBER, "m1.wav", 12)
    (message,) = recordings.messages_waiting(tx)
    assert (message.id, message.file, message.created_at) == (message_id, "m1.wav", now)
    recordings.finish_message(tx, now, message_id, "chen")
    assert recordings.messages_waiting(tx) == []


def test_a_message_that_a_crash_left_without_a_row_is_found(tx: Transaction, now: datetime, tmp_path: Path) -> None:
    calls.begin(tx, now, "c-1", "L1", NUMBER, is_withheld=False)
    for name in ("c-1-1.wav", "c-1-2.wav", "nobody-1.wav"):
        (tmp_path / name).write_bytes(b"\x00" * (58 + 24000))
    recordings.add_message(tx, now, "c-1", NUMBER, "c-1-1.wav", 3)
    assert recordings.find_lost_messages(tx, now, tmp_path) == 2
    found = [(each.call_id, each.number, each.file, each.seconds) for each in recordings.messages_waiting(tx)[1:]]
    assert found == [("c-1", NUMBER, "c-1-2.wav", 3), (None, None, "nobody-1.wav", 3)]
    assert recordings.find_lost_messages(tx, now, tmp_path) == 0


def test_the_audit_trail_reads_newest_first(tx: Transaction, now: datetime) -> None:
    audit.record(tx, now, "chen", "card unlocked", "100016")
    audit.record(tx, now, "sun", "booking cancelled")
    assert [(trace.who, trace.what) for trace in audit.latest(tx)] == [
        ("sun", "booking cancelled"),
        ("chen", "card unlocked"),
    ]
