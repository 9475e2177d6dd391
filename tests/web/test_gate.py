"""The one gate before all pages: every address is walked by nobody, by every role, and by forged requests."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from firmware.clock import ManualClock
from firmware.staff.rights import ROLE_RIGHTS, Role
from firmware.staff.sessions import IDLE_S, LONGEST_S
from tests.web.browser import Browser, Reply, WsgiApp
from tests.web.conftest import PASSWORD
from webui.app import all_routes
from webui.office import Office
from webui.routes import PAGE, SOCKET, Route

SignIn = Callable[..., Browser]
PRIVATE = [route for route in all_routes() if not route.is_public]
ASK_ONLY = [route for route in PRIVATE if route.kind == PAGE]  # a stream would not end


def address_of(route: Route) -> str:
    """The route's address with something in its gaps."""
    return re.sub(
        r"<[a-z_]+(?::[a-z]+)?(?::([^>]*))?>", lambda gap: gap[1] if gap[1] and gap[1].isalpha() else "1", route.rule
    )


def name_of(route: Route) -> str:
    return f"{route.method} {route.rule}"


def ask(browser: Browser, route: Route) -> Reply:
    if route.method == "GET":
        return browser.get(address_of(route), follow=False)
    return browser.post(address_of(route), follow=False)


def test_no_address_is_served_twice() -> None:
    names = [name_of(route) for route in all_routes()]
    assert len(names) == len(set(names))


def test_public_are_only_the_door_and_what_it_needs() -> None:
    rooms = {route.rule.split("/")[1] for route in all_routes() if route.is_public}
    assert rooms <= {"sign-in", "welcome", "language", "certificate"}


def test_nobody_gets_a_page_without_signing_in(app: WsgiApp) -> None:
    for route in PRIVATE:
        reply = ask(Browser(app), route)
        if route.method == "GET":
            assert reply.status == 303, name_of(route)
            assert reply.location.startswith("/sign-in"), name_of(route)
        else:
            assert reply.status in (401, 403), name_of(route)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_what_it_has_the_right_to_and_nothing_else(sign_in: SignIn, role: Role) -> None:
    browser = sign_in(role.value)
    for route in ASK_ONLY:
        may = route.right is None or route.right in ROLE_RIGHTS[role]
        status = ask(browser, route).status
        if not may:
            assert status == 403, name_of(route)
        elif route.method == "POST":
            assert status == 409, name_of(route)  # allowed, but the form did not carry the session's token
        else:
            assert status not in (401, 403, 500), name_of(route)


def test_what_another_web_page_sends_changes_nothing(admin: Browser) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', admin.get("/").body)
    assert token is not None
    for route in PRIVATE:
        if route.method == "GET":
            continue
        for origin in ("https://evil.example", "null", None, "http://127.0.0.1:8081", "http://localhost:8080"):
            assert admin.post(address_of(route), follow=False, origin=origin, csrf=token[1]).status == 403, name_of(
                route
            )


@pytest.mark.parametrize("sent", ["", "x" * 43, "中文"])
def test_a_form_without_the_sessions_own_token_is_refused(admin: Browser, sent: str) -> None:
    reply = admin.post("/sign-out", csrf=sent, follow=False)
    assert reply.status == 409
    assert "nothing was saved" in reply.text


def test_unknown_addresses_tell_strangers_nothing(app: WsgiApp, admin: Browser) -> None:
    for path in (
        "/nowhere",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/bookings/..%2f..",
        "/%00",
        "/%ff",
        "/诊所",
    ):
        assert Browser(app).get(path, follow=False).status == 303, path
        assert admin.get(path).status == 404, path


def test_numbers_that_nothing_can_have_find_nothing(admin: Browser) -> None:
    for number in ("-1", "2147483648", "9" * 30, "9" * 5000, "1.0", "0x1", "1%00"):
        for place in ("/bookings/{}", "/patients/{}", "/users/{}"):
            assert admin.get(place.format(number)).status == 404, number


def test_other_ways_to_write_an_address_lead_through_the_same_gate(app: WsgiApp) -> None:
    for path in ("//bookings", "/./bookings", "/bookings/", "/bookings;x", "/BOOKINGS"):
        assert Browser(app).get(path, follow=False).status == 303, path


def test_asking_for_the_head_or_the_methods_of_an_address_opens_nothing(app: WsgiApp) -> None:
    stranger = Browser(app)
    for route in PRIVATE:
        head = stranger.send_raw(address_of(route), b"", "HEAD")
        assert head.status == 303, name_of(route)
        assert head.content == b"", name_of(route)
        for method in ("OPTIONS", "PUT", "DELETE", "TRACE", "get", "X"):
            assert stranger.send_raw(address_of(route), b"", method).status == 405, name_of(route)


def test_a_method_written_into_a_form_or_a_header_is_not_obeyed(admin: Browser) -> None:
    reply = admin.send_raw("/sign-out?_method=POST", b"", "GET", X_HTTP_Method_Override="POST")
    assert reply.status == 404
    assert admin.get("/account").status == 200


def test_a_socket_is_opened_only_by_our_own_page(admin: Browser) -> None:
    sockets = [route for route in all_routes() if route.kind == SOCKET]
    wish = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "a" * 24,
    }
    for route in sockets:
        for origin in (
            "https://evil.example", "null", "", "http://127.0.0.1:8081", "https://127.0.0.1:8080",
            "http://127.0.0.1:8080.evil.example", "http://127.0.0.1:8080/", "HTTP://127.0.0.1:8080",
        ):  # fmt: skip
            assert admin._ask("GET", address_of(route), b"", {**wish, "Origin": origin}).status == 403, origin
        assert admin._ask("GET", address_of(route), b"", wish).status == 403


def test_a_page_left_open_for_a_week_says_that_it_saved_nothing(desk: Browser, clock: ManualClock) -> None:
    form = desk.get("/").form("/language")
    clock.advance(IDLE_S + 1)
    assert desk.send(form, follow=False).status == 303  # a public form: it changes nothing of the clinic
    assert desk.post("/sign-out", follow=False).status == 401
    assert desk.get("/", follow=False).status == 303


def test_even_who_never_rests_signs_in_again_after_a_week(desk: Browser, clock: ManualClock) -> None:
    for _ in range(LONGEST_S // (IDLE_S - 3600) + 1):
        clock.advance(IDLE_S - 3600)
        if desk.get("/", follow=False).status == 303:
            break
    assert desk.get("/", follow=False).status == 303


def test_looking_at_a_page_that_renews_itself_is_not_being_there(desk: Browser, clock: ManualClock) -> None:
    for _ in range(4):
        clock.advance(IDLE_S / 4 + 1)
        desk.part("/today/now")
    assert desk.get("/", follow=False).status == 303


def test_a_huge_form_is_refused_before_it_is_read(admin: Browser) -> None:
    assert admin.post("/sign-out", csrf="x" * 200_000, follow=False).status == 413


@pytest.mark.parametrize("path", ["/sign-in", "/prompts/record", "/sign-out"])
def test_two_gigabytes_are_refused_in_words_and_unread(admin: Browser, path: str) -> None:
    reply = admin.send_raw(path, b"", Content_Length=str(2 * 1024**3))
    assert reply.status == 413
    assert "too large; nothing was saved" in reply.text


def test_over_https_the_session_is_bound_to_this_very_host(office: Office, app: WsgiApp) -> None:
    secure = Browser(app, scheme="https")
    signed_in = secure.send(secure.get("/sign-in").form("/sign-in"), follow=False, login="admin", password=PASSWORD)
    (cookie,) = signed_in.cookies
    assert cookie.startswith("__Host-session=")
    assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert secure.get("/account").status == 200
    planted = Browser(app, scheme="https")
    planted.cookies["session"] = secure.cookies["__Host-session"]  # by a page without https on the same machine
    assert planted.get("/account", follow=False).status == 303
    secure.send(secure.get("/account").form("/sign-out"))
    assert "__Host-session" not in secure.cookies


def test_a_broken_page_shows_words_and_no_trace(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("admin")
    monkeypatch.setattr(type(office.phone), "status", lambda _: 1 / 0)
    reply = browser.get("/")
    assert reply.status == 500
    assert "nothing was saved" in reply.text
    assert "Traceback" not in reply.body
    assert "ZeroDivision" not in reply.body


def test_when_no_page_at_all_can_be_made_a_sentence_is_left(admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.render.page", lambda *_: 1 / 0)
    reply = admin.get("/")
    assert reply.status == 500
    assert "nothing was saved" in reply.body
    assert "没有保存" in reply.body
    assert "Traceback" not in reply.body
