"""The one gate before all pages: every address is walked by nobody, by every role, and by forged requests."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from firmware.clock import ManualClock
from firmware.staff.rights import ROLE_RIGHTS, Role
from firmware.staff.sessions import IDLE_S, LONGEST_S
from tests.web.browser import Browser, Reply, WsgiApp
from webui.app import all_routes
from webui.office import Office
from webui.routes import PAGE, Route

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


@pytest.mark.parametrize("route", PRIVATE, ids=name_of)
def test_nobody_gets_a_page_without_signing_in(app: WsgiApp, route: Route) -> None:
    reply = ask(Browser(app), route)
    if route.method == "GET":
        assert reply.status == 303
        assert reply.location.startswith("/sign-in")
    else:
        assert reply.status in (401, 403)


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


@pytest.mark.parametrize("route", [each for each in PRIVATE if each.method == "POST"], ids=name_of)
def test_what_another_web_page_sends_changes_nothing(admin: Browser, route: Route) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', admin.get("/").body)
    assert token is not None
    for origin in ("https://evil.example", "null", None, "http://127.0.0.1:8081", "http://localhost:8080"):
        reply = admin.post(address_of(route), follow=False, origin=origin, csrf=token[1])
        assert reply.status == 403


@pytest.mark.parametrize("sent", ["", "x" * 43, "中文"])
def test_a_form_without_the_sessions_own_token_is_refused(admin: Browser, sent: str) -> None:
    reply = admin.post("/sign-out", csrf=sent, follow=False)
    assert reply.status == 409
    assert "nothing was saved" in reply.text


def test_unknown_addresses_tell_strangers_nothing(app: WsgiApp, admin: Browser) -> None:
    assert Browser(app).get("/nowhere", follow=False).status == 303
    assert admin.get("/nowhere").status == 404
    assert admin.get("/../../etc/passwd").status == 404
    assert admin.get("/%2e%2e/%2e%2e/etc/passwd").status == 404


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


def test_a_huge_form_is_refused_before_it_is_read(admin: Browser) -> None:
    assert admin.post("/sign-out", csrf="x" * 200_000, follow=False).status == 413


def test_a_claimed_length_of_two_gigabytes_is_refused_without_reading(app: WsgiApp) -> None:
    browser = Browser(app)
    reply = browser._ask("POST", "/sign-in", b"", {"Content-Length": str(2 * 1024**3)})
    assert reply.status in (411, 413)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "clinic.com:8080"])
def test_only_our_own_names_are_answered(app: WsgiApp, host: str) -> None:
    assert Browser(app)._ask("GET", "/", b"", {"Host": host}).status == 421


def test_the_internet_is_not_answered(app: WsgiApp) -> None:
    started = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "192.168.1.7", "REMOTE_ADDR": "203.0.113.9",
        "wsgi.url_scheme": "https",
    }  # fmt: skip
    list(app(environ, lambda *given: started.append(given)))
    assert started[0][0].startswith("403")


def test_every_answer_carries_the_security_headers(app: WsgiApp, admin: Browser) -> None:
    for reply in (admin.get("/"), Browser(app).get("/sign-in"), admin.get("/nowhere")):
        policy = reply.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"


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
