"""Administrators look after everybody's accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware.staff import users
from firmware.staff.records import User
from firmware.staff.rights import ROLE_RIGHTS, Right, Role
from firmware.storage import audit
from tests.web.browser import Browser, WsgiApp
from tests.web.conftest import PASSWORD
from webui.office import Office

SignIn = Callable[..., Browser]
NEW_PASSWORD = "seven herons by the lake"
FANG = {"login": "Fang", "name": "王芳", "role": "desk", "password": NEW_PASSWORD}


def user(office: Office, login: str) -> User:
    with office.ledger.reading() as tx:
        found = users.by_login(tx, login)
    assert found is not None
    return found


def add(admin: Browser, **fields: str) -> str:
    return admin.send(admin.get("/users/new").form("/users/new"), **{**FANG, **fields}).text


def test_a_colleague_gets_an_account_and_signs_in(admin: Browser, app: WsgiApp, office: Office) -> None:
    assert "王芳 was added" in add(admin)
    assert user(office, "fang").role == Role.DESK
    fang = Browser(app)
    page = fang.send(fang.get("/sign-in?next=%2Faccount").form("/sign-in"), login="fang", password=NEW_PASSWORD)
    assert "Login fang, Reception" in page.text
    with office.ledger.reading() as tx:
        added = next(each for each in audit.latest(tx) if each.what == "user added")
    assert (added.who, added.detail) == ("admin", "fang, desk")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"login": "admin"}, "Somebody has this login"),
        ({"login": "a b"}, "letters or digits"),
        ({"login": ""}, "Please fill this in"),
        ({"name": " "}, "Please fill this in"),
        ({"role": "king"}, "choose one of these"),
        ({"password": "password1234"}, "guessed first"),
        ({"password": "fang fang"}, "too short"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_told(
    admin: Browser, office: Office, wrong: dict[str, str], told: str
) -> None:
    assert told in add(admin, **wrong)
    with office.ledger.reading() as tx:
        assert [each.login for each in users.all_users(tx)] == ["admin"]


def test_a_name_is_only_ever_text(admin: Browser) -> None:
    add(admin, name="<script>alert(1)</script>")
    assert "<script>alert" not in admin.get("/users").body


def test_another_role_counts_at_once_and_can_be_taken_back(admin: Browser, sign_in: SignIn, office: Office) -> None:
    desk = sign_in("desk")
    page = f"/users/{user(office, 'desk').id}"
    done = admin.send(admin.get(page).form(f"{page}/role"), role="auditor")
    assert user(office, "desk").role == Role.AUDITOR
    assert desk.get("/account", follow=False).status == 303  # signs in again
    admin.send(done.form(f"{page}/role"))
    assert user(office, "desk").role == Role.DESK


def test_a_forgotten_password_is_set_anew(admin: Browser, app: WsgiApp, sign_in: SignIn, office: Office) -> None:
    before = sign_in("desk")
    page = f"/users/{user(office, 'desk').id}"
    assert "hardly more" in admin.send(admin.get(page).form(f"{page}/password"), password="desk desk desk").text
    admin.send(admin.get(page).form(f"{page}/password"), password=NEW_PASSWORD)
    assert before.get("/account", follow=False).status == 303
    desk = Browser(app)
    form = desk.get("/sign-in").form("/sign-in")
    assert desk.send(form, follow=False, login="desk", password=PASSWORD).status == 403
    assert desk.send(form, follow=False, login="desk", password=NEW_PASSWORD).status == 303


def test_who_is_switched_off_is_out_until_switched_on_again(
    admin: Browser, app: WsgiApp, sign_in: SignIn, office: Office
) -> None:
    desk = sign_in("desk")
    page = f"/users/{user(office, 'desk').id}"
    done = admin.send(admin.get(page).form(f"{page}/active"))
    assert "Desk is switched off" in done.text
    assert desk.get("/account", follow=False).status == 303
    again = Browser(app)
    refused = again.send(again.get("/sign-in").form("/sign-in"), login="desk", password=PASSWORD)
    assert "don't belong together" in refused.text
    admin.send(done.form(f"{page}/active"))
    assert user(office, "desk").is_active


def test_the_last_administrator_stays(admin: Browser, office: Office) -> None:
    page = f"/users/{user(office, 'admin').id}"
    assert "last administrator" in admin.send(admin.get(page).form(f"{page}/active")).text
    assert "last administrator" in admin.send(admin.get(page).form(f"{page}/role"), role="desk").text
    assert user(office, "admin").role == Role.ADMIN
    assert user(office, "admin").is_active


def test_of_two_administrators_one_may_step_back_and_then_sees_no_accounts(
    admin: Browser, sign_in: SignIn, office: Office
) -> None:
    sign_in("desk")
    desk = f"/users/{user(office, 'desk').id}"
    admin.send(admin.get(desk).form(f"{desk}/role"), role="admin")
    mine = f"/users/{user(office, 'admin').id}"
    assert admin.send(admin.get(mine).form(f"{mine}/role"), role="desk").status == 403
    assert admin.get("/account").status == 200


def test_an_account_that_is_not_there_is_told(admin: Browser) -> None:
    assert "no such account" in admin.get("/users/4711").text


def test_the_table_says_what_each_role_may_do(admin: Browser) -> None:
    page = admin.get("/users")
    assert page.body.count("<title>may</title>") == sum(map(len, ROLE_RIGHTS.values()))
    for right in Right:
        assert f"right.{right}" not in page.text
