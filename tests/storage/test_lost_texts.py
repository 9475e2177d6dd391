"""Texts that did not arrive, or of which nobody knows, wait for somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from firmware.clinic import bookings, holds, sample, schedule
from firmware.storage import outbox
from firmware.storage.ledger import Transaction
from firmware.storage.outbox import NoLongerTrue
from firmware.storage.schema import outbox as rows

NUMBER = "13800000001"


def lose(tx: Transaction, at: datetime, state: str) -> int:
    text_id = outbox.queue_text(tx, at, NUMBER, f"{state} text", "notice")
    tx.execute(rows.update().where(rows.c.id == text_id).values(state=state))
    return text_id


def test_the_last_weeks_lost_texts_are_listed_and_counted(tx: Transaction, now: datetime) -> None:
    lose(tx, now - timedelta(days=8), "failed")
    lose(tx, now, "delivered")
    lost = [lose(tx, now - timedelta(days=6), "failed"), lose(tx, now, "unknown")]
    assert [(each.id, each.state) for each in outbox.not_arrived(tx, now)] == [
        (lost[0], "failed"), (lost[1], "unknown"),
    ]  # fmt: skip
    assert outbox.count_not_arrived(tx, now) == 2
    outbox.finish(tx, now, lost[0])
    assert outbox.count_not_arrived(tx, now) == 1


def test_a_lost_text_sent_again_is_a_new_text_and_waits_no_more(tx: Transaction, now: datetime) -> None:
    lost = lose(tx, now, "unknown")
    again = outbox.resend(tx, now, lost)
    assert outbox.not_arrived(tx, now) == []
    text = tx.execute(select(rows).where(rows.c.id == again)).one()
    assert (text.number, text.body, text.state, text.answers_id) == (NUMBER, "unknown text", "queued", None)


def test_a_reply_can_be_sent_again(tx: Transaction, now: datetime) -> None:
    lost = lose(tx, now, "failed")
    tx.execute(rows.update().where(rows.c.id == lost).values(purpose="reply"))
    assert outbox.resend(tx, now, lost) != lost


def test_a_confirmation_of_a_cancelled_visit_is_not_sent_again(tx: Transaction, now: datetime) -> None:
    sample.fill(tx, now)
    profile = sample.profile()
    slot = schedule.next_free(tx, profile, now, most=1, after=now.date() + timedelta(days=3))[0]
    held = holds.hold(tx, profile, now, slot, 1, holder="desk/x", channel="desk")
    bookings.confirm(tx, profile, now, held.id, holder="desk/x", number=NUMBER)
    (lost,) = tx.execute(select(rows.c.id)).scalars()
    tx.execute(rows.update().values(state="failed"))
    bookings.cancel(tx, profile, now, held.id, channel="desk", cause="desk/x")
    with pytest.raises(NoLongerTrue, match="stands no more"):
        outbox.resend(tx, now, lost)
    assert [each.id for each in outbox.not_arrived(tx, now)] == [lost]
