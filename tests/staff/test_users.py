from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from firmware.staff import sessions, users
from firmware.staff.errors import BadLogin, BadName, LastAdmin, LoginTaken, NoSuchUser, WeakPassword
from firmware.staff.records import User
from firmware.staff.rights import Right, Role
from firmware.storage.ledger import Transaction
from tests.staff.colleagues import OWNER_PASSWORD, hire_li, hire_owner


@pytest.fixture
def owner(tx: Transaction, now: datetime) -> User:
    return hire_owner(tx, now)


@pytest.fixture
def li(tx: Transaction, now: datetime) -> User:
    return hire_li(tx, now)


def test_a_new_colleague_is_known_by_her_login_in_any_case(tx: Transaction, li: User) -> None:
    assert li == User(li.id, "li.na", "李娜", Role.DESK, "zh", is_active=True)
    assert users.by_login(tx, " LI.NA ") == users.by_login(tx, "ｌｉ．ｎａ") == li
    assert users.by_login(tx, "nobody") is None
    assert li.may(Right.BOOK)
    assert not li.may(Right.USERS)


@pytest.mark.parametrize("login", ["李娜", "li_na-2", "ab", "护士3", "a" * 40])
def test_logins_may_be_chinese(login: str) -> None:
    assert users.checked_login(login) == login


@pytest.mark.parametrize(
    "login", ["", "a", "a" * 41, "li na", "<b>", "li@na", "li\nna", ".li", "li-", "a\u202eb", "ab\ud800"]
)
def test_other_logins_are_refused(login: str) -> None:
    with pytest.raises(BadLogin):
        users.checked_login(login)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x1b[2J", "a\u202eb"])
def test_names_that_would_garble_the_page_are_refused(tx: Transaction, li: User, name: str) -> None:
    with pytest.raises(BadName):
        users.rename(tx, li.id, name)


def test_two_colleagues_cannot_share_a_login(tx: Transaction, now: datetime, li: User) -> None:
    with pytest.raises(LoginTaken):
        users.create(tx, now, "LI.NA", "李南", Role.NURSE, OWNER_PASSWORD)


def test_no_account_has_a_weak_password(tx: Transaction, now: datetime, li: User) -> None:
    with pytest.raises(WeakPassword):
        users.create(tx, now, "wang", "王丽", Role.NURSE, "password123")
    with pytest.raises(WeakPassword):
        users.change_password(tx, now, li.id, "kangningclinic1", "Kangning Clinic")
    assert users.by_login(tx, "wang") is None


def test_everybody_is_listed_and_who_left_comes_last(tx: Transaction, owner: User, li: User) -> None:
    users.set_active(tx, li.id, is_active=False)
    zhao = users.create(tx, datetime.fromisoformat("2026-03-02T01:00Z"), "zhao", "赵", Role.NURSE, OWNER_PASSWORD)
    assert [each.login for each in users.all_users(tx)] == [owner.login, zhao.login, li.login]


def test_a_name_and_a_language_change_nothing_else(tx: Transaction, now: datetime, li: User) -> None:
    token, _ = sessions.open_session(tx, now, li.id)
    users.rename(tx, li.id, "  李   娜娜 ")
    users.set_language(tx, li.id, None)
    session = sessions.find(tx, now, token)
    assert session is not None
    assert (session.user.name, session.user.language) == ("李 娜娜", None)


def test_a_new_password_role_or_none_ends_her_sessions_but_the_one_she_sits_in(
    tx: Transaction, now: datetime, owner: User, li: User
) -> None:
    for change in (
        lambda but: users.change_password(tx, now, li.id, "another fine herons' day", but=but),
        lambda but: users.set_role(tx, li.id, Role.SUPERVISOR, but=but),
    ):
        here, session = sessions.open_session(tx, now, li.id)
        elsewhere, _ = sessions.open_session(tx, now, li.id)
        change(session.token_hash)
        assert sessions.find(tx, now, here) is not None
        assert sessions.find(tx, now, elsewhere) is None
    users.set_active(tx, li.id, is_active=False)
    users.set_active(tx, li.id, is_active=True)
    assert sessions.find(tx, now, here) is None, "back again, she signs in again"


def test_somebody_elses_session_goes_on(tx: Transaction, now: datetime, owner: User, li: User) -> None:
    token, _ = sessions.open_session(tx, now, owner.id)
    users.set_active(tx, li.id, is_active=False)
    assert sessions.find(tx, now, token) is not None


def test_the_last_administrator_stays(tx: Transaction, now: datetime, owner: User, li: User) -> None:
    for change in (lambda: users.set_role(tx, owner.id, Role.DESK), lambda: users.set_active(tx, owner.id, False)):
        with pytest.raises(LastAdmin):
            change()
    users.set_role(tx, li.id, Role.ADMIN)
    users.set_role(tx, owner.id, Role.DESK)
    with pytest.raises(LastAdmin):
        users.set_active(tx, li.id, is_active=False)


def test_an_administrator_who_is_switched_off_is_none(tx: Transaction, owner: User, li: User) -> None:
    users.set_role(tx, li.id, Role.ADMIN)
    users.set_active(tx, li.id, is_active=False)
    with pytest.raises(LastAdmin):
        users.set_role(tx, owner.id, Role.DESK)
    users.set_role(tx, li.id, Role.DESK)


def test_setting_what_is_set_disturbs_nobody(tx: Transaction, now: datetime, owner: User) -> None:
    token, _ = sessions.open_session(tx, now, owner.id)
    users.set_role(tx, owner.id, Role.ADMIN)
    users.set_active(tx, owner.id, is_active=True)
    assert sessions.find(tx, now + timedelta(seconds=1), token) is not None


def test_a_stranger_cannot_be_changed(tx: Transaction) -> None:
    with pytest.raises(NoSuchUser):
        users.set_role(tx, 99, Role.ADMIN)
