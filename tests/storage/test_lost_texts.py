"""Texts that did not arrive, or of which nobody knows, wait for somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from firmware.clinic import bookings, holds, moving, sample, schedule, undoing
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.storage import lost_texts, outbox
from firmware.storage.ledger import Transaction
from firmware.storage.lost_texts import NoLongerTrue
from firmware.storage.text_schema import outbox as rows

NUMBER = "13800000001"
A_MINUTE = timedelta(minutes=1)


def lose(tx: Transaction, at: datetime, state: str) -> int:
    text_id = outbox.queue_text(tx, at, NUMBER, f"{state} text", "notice")
    tx.execute(rows.update().where(rows.c.id == text_id).values(state=state))
    return text_id


def test_the_last_weeks_lost_texts_are_listed_and_counted(tx: Transaction, now: datetime) -> None:
    lose(tx, now - timedelta(days=8), "failed")
    lose(tx, now, "delivered")
    lost = [lose(tx, now - timedelta(days=6), "failed"), lose(tx, now, "unknown")]
    assert [(each.id, each.state) for each in lost_texts.not_arrived(tx, now)] == [
        (lost[0], "failed"), (lost[1], "unknown"),
    ]  # fmt: skip
    assert lost_texts.count_not_arrived(tx, now) == 2
    lost_texts.finish(tx, now, lost[0])
    assert lost_texts.count_not_arrived(tx, now) == 1


def test_a_lost_text_sent_again_is_a_new_text_and_waits_no_more(tx: Transaction, now: datetime) -> None:
    lost = lose(tx, now, "unknown")
    again = lost_texts.resend(tx, now, lost)
    assert lost_texts.not_arrived(tx, now) == []
    text = tx.execute(select(rows).where(rows.c.id == again)).one()
    assert (text.number, text.body, text.state, text.answers_id) == (NUMBER, "unknown text", "queued", None)


def test_a_reply_can_be_sent_again(tx: Transaction, now: datetime) -> None:
    lost = lose(tx, now, "failed")
    tx.execute(rows.update().where(rows.c.id == lost).values(purpose="reply"))
    assert lost_texts.resend(tx, now, lost) != lost


@pytest.fixture
def visit(tx: Transaction, now: datetime) -> Booking:
    """Booked at the desk; its confirmation was lost."""
    sample.fill(tx, now)
    held = holds.hold(tx, sample.profile(), now, free_slot(tx, now), 1, holder="desk/x", channel="desk")
    booked = bookings.confirm(tx, sample.profile(), now, held.id, holder="desk/x", number=NUMBER)
    tx.execute(rows.update().values(state="failed"))
    return booked


def free_slot(tx: Transaction, now: datetime) -> Slot:
    return schedule.next_free(tx, sample.profile(), now, most=1, after=now.date() + timedelta(days=3))[0]


def lost_about(tx: Transaction, purpose: str) -> int:
    """The newest text for this purpose, which was lost too."""
    text_id: int = tx.execute(select(func.max(rows.c.id)).where(rows.c.purpose == purpose)).scalar_one()
    tx.execute(rows.update().where(rows.c.id == text_id).values(state="failed"))
    return text_id


def test_a_confirmation_of_a_visit_that_stands_can_be_sent_again(
    tx: Transaction, now: datetime, visit: Booking
) -> None:
    assert lost_texts.resend(tx, now + A_MINUTE, lost_about(tx, "confirmation"))


def test_a_confirmation_of_a_cancelled_visit_is_not_sent_again(tx: Transaction, now: datetime, visit: Booking) -> None:
    lost = lost_about(tx, "confirmation")
    bookings.cancel(tx, sample.profile(), now, visit.id, channel="desk", cause="desk/x")
    with pytest.raises(NoLongerTrue, match="changed since"):
        lost_texts.resend(tx, now, lost)
    assert [each.id for each in lost_texts.not_arrived(tx, now)] == [lost]


def test_of_a_moved_visit_only_the_new_time_is_sent_again(tx: Transaction, now: datetime, visit: Booking) -> None:
    old = lost_about(tx, "confirmation")
    moving.move(
        tx, sample.profile(), now + A_MINUTE, visit.id, free_slot(tx, now), holder="desk/x", channel="desk"
    )  # fmt: skip
    with pytest.raises(NoLongerTrue):
        lost_texts.resend(tx, now + A_MINUTE, old)
    assert lost_texts.resend(tx, now + A_MINUTE, lost_about(tx, "confirmation"))


def test_who_comes_after_all_is_not_told_again_of_the_cancellation(
    tx: Transaction, now: datetime, visit: Booking
) -> None:
    undoing.cancel(tx, sample.profile(), now, visit.id, cause="desk/x")
    lost = lost_about(tx, "cancellation")
    undoing.take_back_cancel(tx, sample.profile(), now + A_MINUTE, visit.id, texts=(), cause="desk/x")
    with pytest.raises(NoLongerTrue):
        lost_texts.resend(tx, now + A_MINUTE, lost)


def test_only_a_lost_text_is_dealt_with(tx: Transaction, now: datetime) -> None:
    text_id = lose(tx, now, "queued")
    lost_texts.finish(tx, now, text_id)
    tx.execute(rows.update().where(rows.c.id == text_id).values(state="failed"))
    assert [each.id for each in lost_texts.not_arrived(tx, now)] == [text_id]
