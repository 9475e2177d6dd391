from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from firmware.staff import form_once
from firmware.staff.errors import AlreadyDone
from firmware.storage.ledger import Ledger
from firmware.storage.staff_schema import form_posts


def test_a_form_sent_twice_acts_once(ledger: Ledger, now: datetime) -> None:
    token = form_once.fresh()
    with ledger.transaction() as tx:
        form_once.use(tx, now, token)
    with ledger.transaction() as tx, pytest.raises(AlreadyDone):
        form_once.use(tx, now + timedelta(hours=1), token)
    with ledger.transaction() as tx:
        form_once.use(tx, now, form_once.fresh())


def test_a_form_whose_change_failed_can_be_sent_again(ledger: Ledger, now: datetime) -> None:
    def change_that_fails() -> None:
        with ledger.transaction() as tx:
            form_once.use(tx, now, "form")
            raise RuntimeError("the change did not work out")

    with pytest.raises(RuntimeError):
        change_that_fails()
    with ledger.transaction() as tx:
        form_once.use(tx, now, "form")


@pytest.mark.parametrize("token", ["", "x" * 100_000, "\ud800", "'; DROP TABLE users"])
def test_a_forged_token_is_only_a_token(ledger: Ledger, now: datetime, token: str) -> None:
    with ledger.transaction() as tx:
        form_once.use(tx, now, token)
        with pytest.raises(AlreadyDone):
            form_once.use(tx, now, token)
        assert tx.execute(select(func.max(func.length(form_posts.c.token)))).scalar_one() == 64


def test_forms_of_the_day_before_yesterday_are_forgotten(ledger: Ledger, now: datetime) -> None:
    with ledger.transaction() as tx:
        form_once.use(tx, now, "old")
        form_once.use(tx, now + timedelta(hours=1), "newer")
        form_once.sweep(tx, now + timedelta(days=2))
        assert tx.execute(select(form_posts.c.at)).scalars().all() == [now + timedelta(hours=1)]
