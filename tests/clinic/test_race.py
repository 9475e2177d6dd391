"""The proof that no slot is ever sold twice: processes and threads race over one ledger file.

A few hundred rounds here; CLINICBOX_RACE_ROUNDS asks for more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from firmware.clinic import accounts, bookings, holds, people, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.schedule import Wish
from firmware.language.values import Name
from firmware.storage.account_schema import accounts as account_rows
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.roster_schema import bookings as rows
from tests.clinic import race
from tests.clinic.visits import P1, P4, TUESDAY, WANG, slot_at

ROUNDS = int(os.environ.get("CLINICBOX_RACE_ROUNDS", "200"))
FEE_CENTS = 2000

forking = get_context("forkserver")
forking.set_forkserver_preload(["tests.clinic.race"])


def start(work: Callable[..., None], *arguments: Any) -> tuple[Any, Connection]:
    """A process of its own, and the end of the pipe that it reports to."""
    mine, its = forking.Pipe(duplex=False)
    process = forking.Process(target=work, args=(*arguments, its), daemon=True)
    process.start()
    its.close()
    return process, mine


def walk_ins(tx: Transaction, now: datetime, count: int, cents: int) -> list[int]:
    people_new = [people.register(tx, Name(f"散客{n}", f"Walk-in {n}"), date(1980, 1, 1)) for n in range(count)]
    for person in people_new:
        accounts.deposit(tx, now, person.id, cents)
    return [person.id for person in people_new]


def held_cents_agree(tx: Transaction) -> bool:
    """Whether every account holds exactly the fees of its standing visits."""
    visits = (
        select(rows.c.patient_id, func.sum(rows.c.fee_cents))
        .where(rows.c.fee_is_held == 1, rows.c.state == "booked")
        .group_by(rows.c.patient_id)
    )
    held = select(account_rows.c.patient_id, account_rows.c.held_cents).where(account_rows.c.held_cents > 0)
    return dict(tuple(row) for row in tx.execute(visits)) == dict(tuple(row) for row in tx.execute(held))


@pytest.fixture
def last_slot(ledger: Ledger, profile: ClinicProfile, now: datetime) -> str:
    """All of Wang's Tuesday is full but 11:15."""
    with ledger.transaction() as tx:
        patients = walk_ins(tx, now, 11, FEE_CENTS)
        last = slot_at(tx, profile, now, TUESDAY, "11:15")
        others = [s for s in schedule.free_slots(tx, profile, now, TUESDAY, Wish(doctor_id=WANG)) if s != last]
        for patient_id, slot in zip(patients, others, strict=True):
            held = holds.hold(tx, profile, now, slot, patient_id, holder=f"desk/{patient_id}", channel="desk")
            bookings.confirm(tx, profile, now, held.id, holder=f"desk/{patient_id}")
    return last.id


@pytest.mark.timeout(60 + ROUNDS)
def test_three_channels_race_for_the_last_slot(
    ledger: Ledger, tmp_path: Path, profile: ClinicProfile, now: datetime, last_slot: str
) -> None:  # S10
    with ledger.transaction() as tx:
        walk_in = walk_ins(tx, now, 1, FEE_CENTS)[0]
    line = forking.Barrier(4)
    file = tmp_path / "ledger.db"
    contenders = [
        start(race.contend, file, last_slot, patient_id, channel, ROUNDS, line)
        for patient_id, channel in ((P1, "voice"), (P4, "text"), (walk_in, "desk"))
    ]
    for number in range(ROUNDS):
        line.wait()
        outcomes = [results.recv() for _, results in contenders]
        assert sorted(how for how, _ in outcomes) == ["lost", "lost", "won"], f"round {number}"
        assert [others for how, others in outcomes if how == "lost"] == [2, 2]
        with ledger.transaction() as tx:
            assert held_cents_agree(tx), f"round {number} lost money"
            won = next(booking_id for how, booking_id in outcomes if how == "won")
            bookings.cancel(tx, profile, now, won, channel="desk", cause="referee", notify=False)
    for process, _ in contenders:
        process.join()


@pytest.mark.timeout(60 + ROUNDS)
def test_a_crowd_books_hangs_up_and_cancels(ledger: Ledger, tmp_path: Path, now: datetime) -> None:
    with ledger.transaction() as tx:
        patients = walk_ins(tx, now, 60, 100 * FEE_CENTS)
    members = [
        start(race.crowd, tmp_path / "ledger.db", seed, patients[seed::3], TUESDAY, ROUNDS // 4) for seed in range(3)
    ]
    standing: set[int] = set()
    for process, results in members:
        with closing(results):
            standing |= results.recv()
        process.join()
    with ledger.reading() as tx:
        visits = tx.execute(select(rows.c.id, rows.c.slot_key).where(rows.c.state == "booked")).all()
        assert {visit.id for visit in visits} == standing, "what was acknowledged, and nothing else"
        assert len({visit.slot_key for visit in visits}) == len(visits)
        assert tx.execute(select(func.count()).where(rows.c.state == "held")).scalar_one() == 0
        assert held_cents_agree(tx)
