from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from firmware.storage.call_schema import call_events, calls
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.people_schema import patients
from firmware.storage.prepared import Prepared, named

REGISTER = Prepared(
    insert(patients).values(named("name_zh", "name_en", "born", "guardian_id")).returning(patients.c.id)
)
BORN_ON = Prepared(select(patients.c.id, patients.c.born).where(patients.c.born == bindparam("day")))
MOURN = Prepared(update(patients).where(patients.c.id == bindparam("who")).values(is_deceased=1))
NOTE = Prepared(insert(call_events).values(named("call_id", "at") | {"kind": "key"}))

CHILD = {"name_zh": "陈小宝", "name_en": "", "born": date(2019, 9, 9), "guardian_id": None}


def test_values_go_in_and_come_out_with_their_types(tx: Transaction) -> None:
    new = REGISTER.first(tx, **CHILD)
    found = BORN_ON.first(tx, day=date(2019, 9, 9))
    assert (found.id, found.born) == (new.id, date(2019, 9, 9))
    assert BORN_ON.first(tx, day=date(2019, 9, 10)) is None


def test_it_tells_how_many_rows_it_met(tx: Transaction) -> None:
    new = REGISTER.first(tx, **CHILD)
    assert (MOURN.run(tx, who=new.id), MOURN.run(tx, who=999)) == (1, 0)


def test_a_moment_reads_the_same_through_core(tx: Transaction, now: datetime) -> None:
    tx.execute(insert(calls).values(id="c1", line="L1", started_at=now))
    NOTE.run(tx, call_id="c1", at=now)
    assert tx.execute(select(call_events.c.at, call_events.c.kind)).one() == (now, "key")


def test_a_broken_rule_has_the_name_that_core_gives_it(ledger: Ledger, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), ledger.transaction() as tx:
        NOTE.run(tx, call_id="nobody's", at=now)


def test_a_quote_in_a_value_is_only_a_quote(tx: Transaction) -> None:
    REGISTER.first(tx, **{**CHILD, "name_zh": "'); DROP TABLE patients; --"})
    assert BORN_ON.first(tx, day=date(2019, 9, 9)) is not None
