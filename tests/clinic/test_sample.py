from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from firmware.clinic import accounts, card_numbers, people, sample
from firmware.clinic.sample import LedgerNotEmpty
from firmware.storage.documents import SetupDocuments
from firmware.storage.ledger import Ledger, Transaction, open_ledger
from firmware.storage.people_schema import cards
from firmware.storage.roster_schema import bookings
from tests.clinic.visits import P1, P2, P4, P5


def test_the_sample_clinic_loads_with_one_call(tmp_path: Path, now: datetime) -> None:
    ledger, documents = open_ledger(tmp_path / "ledger.db"), SetupDocuments(tmp_path / "setup.json")
    sample.load(ledger, documents, now)
    with ledger.reading() as tx:
        assert people.patient(tx, P4).name.en == "Tom Reed"
    assert documents.load("clinic") == sample.document()["clinic"]
    ledger.close()


def test_the_sample_never_mixes_with_real_patients(ledger: Ledger, now: datetime) -> None:
    with pytest.raises(LedgerNotEmpty), ledger.transaction() as tx:
        sample.fill(tx, now)


@pytest.mark.parametrize("day", range(7))
def test_the_sample_clinic_loads_on_any_weekday(tmp_path: Path, now: datetime, day: int) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    with ledger.transaction() as tx:
        sample.fill(tx, now + timedelta(days=day))
    ledger.close()


def test_cards_and_balances(tx: Transaction) -> None:
    numbers = list(tx.execute(select(cards.c.number).order_by(cards.c.number)).scalars())
    assert numbers == ["100016", "100024", "100032", "100040"]
    assert all(map(card_numbers.is_valid, numbers))
    balances = [accounts.account(tx, who) for who in (P1, P2, P4, P5)]
    assert [account.balance_cents for account in balances if account] == [5000, 300, 10000, 6000]


def test_liu_missed_three_visits_in_ninety_days(tx: Transaction) -> None:
    missed = tx.execute(select(bookings.c.day).where(bookings.c.patient_id == P5, bookings.c.state == "no-show"))
    assert len(list(missed)) == 3
