from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from firmware.staff import claim, sessions, sign_in, users
from firmware.staff.errors import NoClaim, WeakPassword, WrongCode
from firmware.staff.records import User
from firmware.staff.rights import Role
from firmware.storage.ledger import Ledger, Transaction, open_ledger
from firmware.storage.staff_schema import claims
from firmware.storage.staff_schema import users as user_rows
from tests.staff.colleagues import LI_PASSWORD, OWNER_PASSWORD, hire_li, hire_owner


def become_admin(tx: Transaction, now: datetime, code: str, login: str = "chen") -> User:
    return claim.become_admin(tx, now, code, login, "陈老板", OWNER_PASSWORD)


@pytest.fixture
def code(ledger: Ledger, now: datetime) -> str:
    """What a box without an administrator prints when it starts."""
    printed = claim.code_to_print(ledger, now)
    assert printed is not None
    return printed


def test_the_owner_types_the_printed_code_and_is_administrator(ledger: Ledger, now: datetime, code: str) -> None:
    with ledger.transaction() as tx:
        assert claim.is_needed(tx)
        assert become_admin(tx, now, code).role == Role.ADMIN
        assert not claim.is_needed(tx)
    assert sign_in.sign_in(ledger, now, "chen", OWNER_PASSWORD, "192.168.1.2").name == "陈老板"
    assert claim.code_to_print(ledger, now) is None


def test_a_code_can_be_read_aloud_and_not_be_guessed(tx: Transaction, now: datetime) -> None:
    codes = [claim.issue(tx, now) for _ in range(50)]
    assert len(set(codes)) == 50
    assert all(re.fullmatch(r"[2-9A-HJKMNP-RTV-Z]{5}-[2-9A-HJKMNP-RTV-Z]{5}", code) for code in codes)
    assert len(claim.ALPHABET) ** 10 > 2**48
    assert not set(claim.ALPHABET) & set("01OILSU")


def test_it_may_be_typed_as_it_comes(ledger: Ledger, now: datetime, code: str) -> None:
    typed = f" {code.lower()[:3]} {code.lower()[3:]}　".replace("-", "－")
    with ledger.transaction() as tx:
        claim.redeem(tx, now, typed)


def test_the_ledger_does_not_tell_the_code(tx: Transaction, now: datetime) -> None:
    code = claim.issue(tx, now)
    assert code.replace("-", "") not in str(tx.execute(select(claims)).all())


def test_a_code_works_once(ledger: Ledger, now: datetime, code: str) -> None:
    with ledger.transaction() as tx:
        claim.redeem(tx, now, code)
    with ledger.transaction() as tx, pytest.raises(NoClaim):
        claim.redeem(tx, now, code)


def test_a_code_lasts_a_day(tx: Transaction, now: datetime) -> None:
    code = claim.issue(tx, now)
    with pytest.raises(NoClaim):
        claim.redeem(tx, now + timedelta(hours=24), code)
    claim.redeem(tx, now + timedelta(hours=24, seconds=-1), code)


def test_a_new_code_voids_the_one_before(tx: Transaction, now: datetime) -> None:
    old, new = claim.issue(tx, now), claim.issue(tx, now)
    with pytest.raises(WrongCode):
        claim.redeem(tx, now, old)
    claim.redeem(tx, now, new)


def test_ten_wrong_codes_void_it_and_they_stay_counted(ledger: Ledger, now: datetime, code: str) -> None:
    left = []
    for wrong in ("", "22222-22222", "\ud800", "x" * 10_000, *["no"] * 6):
        with pytest.raises(WrongCode) as refusal, ledger.transaction() as tx:
            claim.redeem(tx, now, wrong)
        left.append(refusal.value.tries_left)
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    with ledger.transaction() as tx, pytest.raises(NoClaim):
        claim.redeem(tx, now, code)
    again = claim.code_to_print(ledger, now)
    assert again is not None
    with ledger.transaction() as tx:
        become_admin(tx, now, again)


def test_without_a_code_printed_there_is_nothing_to_guess(tx: Transaction, now: datetime) -> None:
    with pytest.raises(NoClaim):
        claim.redeem(tx, now, "22222-22222")


def test_a_weak_password_does_not_use_the_code_up(ledger: Ledger, now: datetime, code: str) -> None:
    with pytest.raises(WeakPassword), ledger.transaction() as tx:
        claim.become_admin(tx, now, code, "chen", "陈老板", "password123")
    with ledger.transaction() as tx:
        become_admin(tx, now, code)


def test_two_who_type_the_code_at_once_and_one_wins(ledger_file: Path, now: datetime, code: str) -> None:
    def try_it(login: str) -> str:
        with closing(open_ledger(ledger_file)) as own:  # as the web's processes do
            try:
                with own.transaction() as tx:
                    return become_admin(tx, now, code, login).login
            except NoClaim:
                return "too late"

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(try_it, ("chen", "thief")))
    assert "too late" in outcomes
    with closing(open_ledger(ledger_file)) as own, own.reading() as tx:
        assert {each.login for each in users.all_users(tx)} == outcomes - {"too late"}


def test_the_owner_who_lost_the_password_gets_the_account_back(ledger: Ledger, now: datetime) -> None:
    with ledger.transaction() as tx:
        owner = hire_owner(tx, now)
        stolen, _ = sessions.open_session(tx, now, owner.id)
        code = claim.issue(tx, now)
        again = claim.become_admin(tx, now, code, "Admin", "陈老板", LI_PASSWORD)
        assert again.id == owner.id
        assert sessions.find(tx, now, stolen) is None
    assert sign_in.sign_in(ledger, now, "admin", LI_PASSWORD, "192.168.1.2").id == owner.id


def test_at_the_box_somebody_else_can_be_made_administrator(ledger: Ledger, now: datetime) -> None:
    with ledger.transaction() as tx:
        hire_owner(tx, now)
        li = hire_li(tx, now)
        users.set_active(tx, li.id, is_active=False)
        new = claim.become_admin(tx, now, claim.issue(tx, now), "li.na", "李娜", OWNER_PASSWORD)
    assert (new.id, new.role, new.is_active) == (li.id, Role.ADMIN, True)


def test_a_box_whose_only_administrator_was_switched_off_by_a_fault_is_saved(tx: Transaction, now: datetime) -> None:
    owner = hire_owner(tx, now)
    tx.execute(update(user_rows).where(user_rows.c.id == owner.id).values(is_active=0))
    assert claim.become_admin(tx, now, claim.issue(tx, now), "admin", "陈老板", LI_PASSWORD) == owner


def test_somebody_from_the_desk_leaves_the_box_to_be_claimed(tx: Transaction, now: datetime) -> None:
    hire_li(tx, now)
    assert claim.is_needed(tx)
