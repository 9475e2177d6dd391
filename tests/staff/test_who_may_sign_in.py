"""At the box's own keyboard: the claim code, and shutting somebody out."""

from __future__ import annotations

import pytest

from firmware.staff import claim, sessions
from firmware.staff.records import User
from tests.staff.colleagues import hire_li, hire_owner
from tests.staff.conftest import MONDAY_9, Desk


@pytest.fixture
def staff(desk: Desk) -> tuple[User, User]:
    ledger = desk.ledger()
    with ledger.transaction() as tx:
        hired = hire_owner(tx, MONDAY_9), hire_li(tx, MONDAY_9)
    ledger.close()
    return hired


def test_whoever_stands_at_the_box_can_become_its_administrator(desk: Desk) -> None:
    assert desk("users").out == "Nobody can sign in yet; 'clinicbox claim-code' begins.\n"
    old = desk("claim-code").rows[0].removeprefix("Claim code: ")
    said = desk("claim-code")
    assert "once, for 24 hours" in said.rows[2]
    code = said.rows[0].removeprefix("Claim code: ")
    assert code != old
    ledger = desk.ledger()
    with ledger.transaction() as tx:
        claim.become_admin(tx, MONDAY_9, code, "chen", "陈老板", "seven grey herons at noon")
    ledger.close()
    assert desk("users").rows == ["login  name    role", "chen   陈老板  admin"]
    assert desk.audit[0].what == "claim-code"
    assert code not in str(desk.audit)


def test_who_left_is_shut_out_at_once_and_can_come_back(desk: Desk, staff: tuple[User, User]) -> None:
    ledger = desk.ledger()
    with ledger.transaction() as tx:
        token, _ = sessions.open_session(tx, MONDAY_9, staff[1].id)
    desk("users", "off", "Li.Na")
    with ledger.reading() as tx:
        assert sessions.find(tx, MONDAY_9, token) is None
    ledger.close()
    assert desk("users").rows[2] == "li.na  李娜    desk   switched off"
    desk("users", "on", "li.na")
    assert desk("users").rows[2] == "li.na  李娜    desk"
    assert [(each.what, each.detail) for each in desk.audit[:2]] == [("user on", "li.na"), ("user off", "li.na")]


def test_the_last_administrator_cannot_be_shut_out(desk: Desk, staff: tuple[User, User]) -> None:
    assert "last administrator" in desk.refused("users", "off", "admin")
    assert desk.refused("users", "off", "zhao") == "Nobody has the login zhao."
