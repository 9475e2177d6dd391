"""Money: whatever happens in whatever order, the account says what its entries say and never goes below its floor."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.exc import IntegrityError

from firmware.clinic import accounts
from firmware.clinic.accounts import Account
from firmware.clinic.errors import NoAccount, NotEnoughMoney
from firmware.storage.account_schema import account_entries
from firmware.storage.account_schema import accounts as rows
from firmware.storage.ledger import Transaction
from firmware.storage.tables import metadata
from tests.clinic.conftest import MONDAY_9
from tests.clinic.visits import P1, P3


def test_nobody_without_an_account_has_one(tx: Transaction, now: datetime) -> None:
    assert accounts.account(tx, P3) is None
    with pytest.raises(NoAccount):
        accounts.hold(tx, now, P3, 500, booking_id=1)
    accounts.deposit(tx, now, P3, 1000)
    assert accounts.account(tx, P3) == Account(1000, 0)


def test_the_database_itself_keeps_the_floor(tx: Transaction) -> None:
    for values in ({"held_cents": 5001}, {"balance_cents": -1}, {"held_cents": -1}):
        with pytest.raises(IntegrityError, match="CHECK"):
            tx.execute(update(rows).where(rows.c.patient_id == P1).values(values))


class Purse(RuleBasedStateMachine):
    """An account under any sequence of deposits, holds, releases and charges."""

    def __init__(self) -> None:
        super().__init__()
        self.tx = create_engine("sqlite://").connect()
        metadata.create_all(self.tx)
        accounts.deposit(self.tx, MONDAY_9, P1, 0)
        self.held: list[int] = []

    @rule(cents=st.integers(0, 10_000))
    def deposit(self, cents: int) -> None:
        accounts.deposit(self.tx, MONDAY_9, P1, cents)

    @rule(cents=st.integers(1, 10_000))
    def hold(self, cents: int) -> None:
        before = accounts.account(self.tx, P1)
        assert before is not None
        if cents > before.available_cents:
            with pytest.raises(NotEnoughMoney) as refusal:
                accounts.hold(self.tx, MONDAY_9, P1, cents, booking_id=1)
            assert refusal.value.missing_cents == cents - before.available_cents
        else:
            accounts.hold(self.tx, MONDAY_9, P1, cents, booking_id=1)
            self.held.append(cents)

    @rule(is_visit=st.booleans())
    def settle(self, is_visit: bool) -> None:
        if self.held:
            settle = accounts.charge if is_visit else accounts.release
            settle(self.tx, MONDAY_9, P1, self.held.pop(), booking_id=1)

    @invariant()
    def the_entries_explain_the_account(self) -> None:
        total = select(account_entries.c.kind, func.sum(account_entries.c.cents)).group_by(account_entries.c.kind)
        sums = dict(tuple(row) for row in self.tx.execute(total))
        now = accounts.account(self.tx, P1)
        assert now is not None
        assert now.balance_cents == sums.get("deposit", 0) - sums.get("charge", 0)
        assert now.held_cents == sums.get("hold", 0) - sums.get("release", 0) - sums.get("charge", 0) == sum(self.held)
        assert now.available_cents >= 0

    def teardown(self) -> None:
        self.tx.close()


def test_no_money_appears_or_is_lost() -> None:
    run_state_machine_as_test(Purse, settings=settings(max_examples=25, stateful_step_count=20))
