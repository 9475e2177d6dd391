"""So many talks of each agent and week are drawn by lot, once the week is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from firmware.clinic import quality, quality_samples
from firmware.clinic.quality_samples import Progress
from firmware.storage import recording_index
from firmware.storage.desk_schema import queue_entries, talks
from firmware.storage.ledger import Transaction
from tests.clinic.conftest import MONDAY_9
from tests.clinic.test_quality import judge, li, talk

__all__ = ["li"]
NEXT_MONDAY = MONDAY_9 + timedelta(days=7)
NOBODY = 0


def drawn(tx: Transaction, at: datetime = NEXT_MONDAY) -> list[str]:
    return [each.call_id for each in quality_samples.to_judge(tx, at.date(), NOBODY)]


def test_a_weeks_talks_are_drawn_when_it_is_over_and_never_twice(tx: Transaction, li: int) -> None:
    for at in range(6):
        talk(tx, li, f"c{at}", at=MONDAY_9 + timedelta(days=at % 5))
    talk(tx, li, "today", at=NEXT_MONDAY)
    assert quality_samples.draw(tx, MONDAY_9, UTC, 3) == 0  # that week is not over yet
    assert quality_samples.draw(tx, NEXT_MONDAY, UTC, 3) == 3
    first = drawn(tx)
    assert len(first) == 3
    assert "today" not in first
    assert quality_samples.draw(tx, NEXT_MONDAY + timedelta(hours=1), UTC, 3) == 0
    assert drawn(tx) == first


def test_a_larger_sample_is_filled_up_and_a_week_has_no_more_than_it_has(tx: Transaction, li: int) -> None:
    for at in range(3):
        talk(tx, li, f"c{at}")
    assert quality_samples.draw(tx, NEXT_MONDAY, UTC, 1) == 1
    assert quality_samples.draw(tx, NEXT_MONDAY, UTC, 5) == 2
    assert sorted(drawn(tx)) == ["c0", "c1", "c2"]


def test_what_was_judged_or_deleted_is_work_no_more(tx: Transaction, now: datetime, li: int) -> None:
    for call_id in ("c1", "c2", "c3"):
        talk(tx, li, call_id)
    quality_samples.draw(tx, NEXT_MONDAY, UTC, 3)
    judge(tx, li, "c1")
    recording_index.delete(tx, now, ["c2"], "age")
    assert drawn(tx) == ["c3"]
    week = MONDAY_9.date()
    assert quality_samples.progress(tx, week, week) == {li: Progress(drawn=3, judged=1)}
    assert drawn(tx, NEXT_MONDAY + timedelta(weeks=9)) == []


def test_nobody_is_asked_to_judge_their_own_talks(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    quality_samples.draw(tx, NEXT_MONDAY, UTC, 1)
    assert quality_samples.to_judge(tx, NEXT_MONDAY.date(), li) == []


def test_a_withdrawn_score_makes_the_talk_work_again(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    quality_samples.draw(tx, NEXT_MONDAY, UTC, 1)
    score_id = judge(tx, li, "c1")
    assert drawn(tx) == []
    quality.appeal(tx, li, score_id, "another colleague spoke")
    quality.decide(tx, "sv", score_id, "so it was", is_withdrawn=True)
    assert drawn(tx) == ["c1"]


def test_the_sort_of_a_talk_is_its_queue_or_that_we_called(tx: Transaction, li: int) -> None:
    talk(tx, li, "c1")
    waited = {"queue": "billing", "language": "zh", "turn_at": MONDAY_9, "state": "answered"}
    entry = tx.execute(queue_entries.insert().returning(queue_entries.c.id), waited).scalar_one()
    tx.execute(talks.update().where(talks.c.call_id == "c1").values(entry_id=entry))
    assert quality_samples.sorts(tx, "c1") == {"queue:billing"}
    talk(tx, li, "c2")
    assert quality_samples.sorts(tx, "c2") == set()
    tx.execute(talks.update().where(talks.c.call_id == "c2").values(direction="out"))
    assert quality_samples.sorts(tx, "c2") == {"made"}
