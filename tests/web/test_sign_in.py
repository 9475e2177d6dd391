"""The door: signing in and out, the claim code, one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from firmware.clock import ManualClock
from firmware.staff import claim, users
from firmware.staff.rights import Role
from firmware.storage import audit
from tests.web.browser import Browser, Reply, WsgiApp
from tests.web.conftest import PASSWORD
from webui.app import build_app
from webui.guard import guarded
from webui.office import Office

SignIn = Callable[..., Browser]
NEW_PASSWORD = "seven herons by the lake"


def enter(browser: Browser, login: str = "admin", password: str = PASSWORD, path: str = "/sign-in") -> Reply:
    return browser.send(browser.get(path).form("/sign-in"), login=login, password=password)


def claim_code(office: Office) -> str:
    with office.ledger.transaction() as tx:
        return claim.issue(tx, office.clock.now())


def become_admin(browser: Browser, code: str, *, follow: bool = True, **fields: str) -> Reply:
    filled = {"code": code, "login": "anna", "name": "Anna Li", "password": NEW_PASSWORD, **fields}
    return browser.send(browser.get("/welcome").form("/welcome"), follow=follow, **filled)


def test_whoever_knows_the_password_comes_to_the_page_they_wanted(app: WsgiApp) -> None:
    browser = Browser(app)
    asked = browser.get("/account")
    assert asked.form("/sign-in").fields["next"] == "/account"
    assert "My account" in browser.send(asked.form("/sign-in"), login="ADMIN ", password=PASSWORD).text


def test_a_wrong_password_is_told_without_saying_what_was_wrong_and_nobody_is_in(app: WsgiApp) -> None:
    browser = Browser(app)
    known, unknown = enter(browser, password="wrong wrong wrong"), enter(browser, login="nobody")
    assert known.status == unknown.status == 403
    assert "don't belong together" in known.text
    assert "don't belong together" in unknown.text
    assert known.form("/sign-in").fields["login"] == "admin"
    assert PASSWORD not in unknown.body
    assert browser.get("/account", follow=False).status == 303


def test_guessing_has_to_wait_and_is_told_how_long(app: WsgiApp, clock: ManualClock) -> None:
    browser = Browser(app)
    for _ in range(5):
        enter(browser, password="wrong wrong wrong")
    told = enter(browser)
    assert told.status == 429
    assert "Try again in 15 s" in told.text
    clock.advance(16)
    assert enter(browser, path="/sign-in?next=%2Faccount").status == 200


def test_the_way_on_never_leads_to_another_server(app: WsgiApp) -> None:
    for next_page in ("//evil.example/", "https://evil.example/x", "/\\evil.example", "/sign-in?next=/sign-in"):
        browser = Browser(app)
        form = browser.get("/sign-in").form("/sign-in")
        reply = browser.send(form, follow=False, login="admin", password=PASSWORD, next=next_page)
        assert reply.location in ("/", "/x"), next_page


def test_signing_in_begins_a_new_session_and_ends_the_one_before(app: WsgiApp, admin: Browser) -> None:
    before = admin.cookies["session"]
    form = Browser(app).get("/sign-in").form("/sign-in")
    admin.send(form, login="admin", password=PASSWORD)
    assert admin.cookies["session"] != before
    old = Browser(app)
    old.cookies["session"] = before
    assert old.get("/account", follow=False).location.startswith("/sign-in")


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(app: WsgiApp) -> None:
    browser = Browser(app)
    form = browser.get("/sign-in").form("/sign-in")
    (cookie,) = browser.send(form, follow=False, login="admin", password=PASSWORD).cookies
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie


def test_who_signs_out_is_out(app: WsgiApp, admin: Browser) -> None:
    token = admin.cookies["session"]
    page = admin.send(admin.get("/account").form("/sign-out"))
    assert "You have signed out" in page.text
    assert "session" not in admin.cookies
    thief = Browser(app)
    thief.cookies["session"] = token
    assert thief.get("/account", follow=False).location.startswith("/sign-in")


def test_the_sign_in_speaks_both_languages(app: WsgiApp) -> None:
    browser = Browser(app, "zh")
    page = browser.get("/sign-in")
    assert "用户名" in page.text
    assert "Login" in browser.send(page.form("/language"), to="en").text


def test_a_language_chosen_by_who_is_signed_in_stays_with_the_person(admin: Browser, office: Office) -> None:
    assert "我的账号" in admin.send(admin.get("/account").form("/language"), to="zh").text
    with office.ledger.reading() as tx:
        user = users.by_login(tx, "admin")
    assert user is not None
    assert user.language == "zh"


class TestTheClaim:
    """A box out of its carton belongs to whoever reads its code."""

    def test_a_box_without_an_administrator_leads_every_page_to_the_claim(self, empty_office: Office) -> None:
        browser = Browser(guarded(build_app(empty_office)))
        for path in ("/", "/bookings", "/sign-in"):
            assert "no administrator yet" in browser.get(path).text

    def test_the_codes_holder_is_administrator_signed_in_and_led_to_the_set_up(self, empty_office: Office) -> None:
        browser = Browser(guarded(build_app(empty_office)))
        reply = become_admin(browser, claim_code(empty_office).lower().replace("-", " "), follow=False)
        assert reply.location == "/setup"
        with empty_office.ledger.reading() as tx:
            user = users.by_login(tx, "anna")
            trace = audit.latest(tx)[0]
        assert user is not None
        assert user.role == Role.ADMIN
        assert user.language == "en"
        assert (trace.what, trace.detail) == ("claim", "anna")

    def test_of_two_with_one_code_one_becomes_administrator(self, empty_office: Office) -> None:
        app = guarded(build_app(empty_office))
        code = claim_code(empty_office)

        def hurry(login: str) -> Reply:
            return become_admin(Browser(app), code, follow=False, login=login)

        with ThreadPoolExecutor() as pool:
            replies = list(pool.map(hurry, ("anna", "bert")))
        assert sorted(reply.status for reply in replies) == [303, 422]
        slower = next(reply for reply in replies if reply.status == 422)
        assert "No claim code is open" in slower.text
        with empty_office.ledger.reading() as tx:
            assert len(users.all_users(tx)) == 1

    def test_a_wrong_code_is_counted_and_after_ten_the_box_must_show_another(self, empty_office: Office) -> None:
        browser = Browser(guarded(build_app(empty_office)))
        code = claim_code(empty_office)
        assert "You can try 9 more times" in become_admin(browser, "AAAAA-AAAAA").text
        for _ in range(9):
            become_admin(browser, "AAAAA-AAAAA")
        assert "Get a new one" in become_admin(browser, code).text

    def test_a_weak_password_is_told_beside_its_field_and_leaves_the_code_good(self, empty_office: Office) -> None:
        browser = Browser(guarded(build_app(empty_office)))
        code = claim_code(empty_office)
        told = become_admin(browser, code, password="password1234")
        assert told.status == 422
        assert re.search(r'id="field-password-error".*guessed first', told.body, re.DOTALL)
        assert told.form("/welcome").fields["login"] == "anna"
        assert become_admin(browser, code, follow=False).status == 303

    def test_what_is_left_out_is_told_and_costs_no_try(self, empty_office: Office) -> None:
        browser = Browser(guarded(build_app(empty_office)))
        claim_code(empty_office)
        assert "Please fill this in" in become_admin(browser, "AAAAA-AAAAA", name=" ").text
        assert "You can try 9 more times" in become_admin(browser, "AAAAA-AAAAA").text

    def test_an_owner_who_lost_the_password_comes_in_with_a_new_code(self, app: WsgiApp, office: Office) -> None:
        browser = Browser(app)
        reply = become_admin(browser, claim_code(office), follow=False, login="admin", name="Admin")
        assert reply.location == "/"
        assert enter(Browser(app), password=NEW_PASSWORD, path="/sign-in?next=%2Faccount").status == 200

    def test_strangers_get_no_thinking_out_of_a_box_that_has_an_owner(self, app: WsgiApp) -> None:
        reply = Browser(app).post("/welcome/password", password="password1234")
        assert (reply.status, reply.text) == (204, "")


class TestTheAccount:
    def test_name_and_language_are_kept(self, desk: Browser, office: Office) -> None:
        page = desk.send(desk.get("/account").form("/account"), name="  王  芳 ", language="zh")
        assert "已保存" in page.text
        assert "王 芳" in page.text

    def test_a_new_password_signs_out_everywhere_else(self, sign_in: SignIn) -> None:
        here, elsewhere = sign_in("desk"), sign_in("desk")
        form = here.get("/account").form("/account/password")
        page = here.send(form, current=PASSWORD, password=NEW_PASSWORD)
        assert "signed out everywhere else" in page.text
        assert elsewhere.get("/account", follow=False).status == 303
        assert here.get("/account", follow=False).status == 200

    def test_without_the_present_password_there_is_no_new_one(self, desk: Browser) -> None:
        form = desk.get("/account").form("/account/password")
        told = desk.send(form, current="wrong wrong wrong", password=NEW_PASSWORD)
        assert told.status == 422
        assert "not your present password" in told.text

    def test_the_clinics_name_is_no_password(self, desk: Browser) -> None:
        form = desk.get("/account").form("/account/password")
        told = desk.send(form, current=PASSWORD, password="lakeside clinic")
        assert told.status == 422
        assert "hardly more than" in told.text

    def test_the_strength_is_told_while_one_types(self, desk: Browser) -> None:
        form = desk.get("/account").form("/account/password")
        assert "too short" in desk.post("/account/check", csrf=form.fields["csrf"], password="short").text
        assert "good" in desk.post("/account/check", csrf=form.fields["csrf"], password=NEW_PASSWORD).text


def test_whoever_has_not_signed_in_is_told_nothing_of_the_phone_service(app: WsgiApp, admin: Browser) -> None:
    assert "phone service is restarting" in admin.get("/").text
    assert "phone service" not in Browser(app).get("/sign-in").text
