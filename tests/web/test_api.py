"""Other programs: each with a token, and only what the token may."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from sqlalchemy import select

from firmware.staff import tokens
from firmware.staff.tokens import Scope
from firmware.storage.desk_schema import api_tokens
from firmware.storage.roster_schema import bookings
from firmware.storage.staff_schema import audit
from firmware.storage.text_schema import outbox
from tests.web.browser import HOST, Browser, WsgiApp
from webui.api.description import description
from webui.api.door import PREFIX
from webui.api.endpoints import ENDPOINTS
from webui.office import Office

Ask = Callable[..., tuple[int, Any]]


def asks(app: WsgiApp, token: str | None, method: str, address: str, body: Any = None) -> tuple[int, Any]:
    """One request of a program: the status, and the JSON that came."""
    path, _, query = address.partition("?")
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {
        "REQUEST_METHOD": method, "PATH_INFO": PREFIX + path, "QUERY_STRING": query, "HTTP_HOST": HOST,
        "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(data)), "wsgi.input": io.BytesIO(data),
    }  # fmt: skip
    if token is not None:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    statuses: list[str] = []
    answer = b"".join(app(environ, lambda status, headers, *more: statuses.append(status)))
    return int(statuses[0].split()[0]), json.loads(answer)


@pytest.fixture
def ask(app: WsgiApp, office: Office) -> Ask:
    """`ask({Scope.CALLS}, "GET", "calls")`"""

    def asking(scopes: set[Scope], method: str, address: str, body: Any = None) -> tuple[int, Any]:
        with office.ledger.transaction() as tx:
            text, _ = tokens.make(tx, office.clock.now(), "a program", scopes or {Scope.AGENTS}, "admin")
        return asks(app, text, method, address, body)

    return asking


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.rule}")
def test_nothing_is_told_without_a_token_nor_without_its_scope(app: WsgiApp, ask: Ask, endpoint: Any) -> None:
    address = endpoint.rule.replace("<patient_id:int>", "1").replace("<booking_id:int>", "1")
    address = address.replace("<call_id:re:[0-9a-f-]{1,40}>", "20260302-090000-abcdef")
    for token in (None, "", "cbx_wrong", "x" * 5000):
        status, answer = asks(app, token, endpoint.method, address, {} if endpoint.method == "POST" else None)
        assert (status, answer["error"]) == (401, "TokenMissing")
    if endpoint.scope is not None:
        others = {scope for scope in Scope if scope is not endpoint.scope}
        status, answer = ask(others, endpoint.method, address, {} if endpoint.method == "POST" else None)
        assert (status, answer["error"]) == (403, "ScopeMissing")


def test_a_session_of_a_browser_opens_nothing_here(app: WsgiApp, admin: Browser) -> None:
    assert admin.get(PREFIX + "calls", follow=False).status == 401


def test_a_program_books_and_cancels_by_the_clinics_rules(ask: Ask, office: Office) -> None:
    both = {Scope.BOOKINGS, Scope.BOOK}
    _, found = ask(both, "GET", "slots?day=2026-03-03")
    slot = next(each for each in found["slots"] if each["doctor"])
    _, people = ask(both, "GET", "patients?number=138-0000-0001")
    patient = people["patients"][0]["patient"]
    status, booked = ask(both, "POST", "bookings", {"slot": slot["slot"], "patient": patient, "number": "13800000001"})
    assert (status, booked["state"], booked["slot"]) == (200, "booked", slot["slot"])
    status, again = ask(both, "POST", "bookings", {"slot": slot["slot"], "patient": 4})
    assert (status, again["error"]) == (409, "SlotTaken")
    _, coming = ask(both, "GET", f"patients/{patient}/bookings")
    assert [each["booking"] for each in coming["bookings"]] == [booked["booking"]]
    status, cancelled = ask(both, "POST", f"bookings/{booked['booking']}/cancel", {})
    assert (status, cancelled["state"]) == (200, "cancelled")
    with office.ledger.reading() as tx:
        states = tx.execute(select(bookings.c.state).where(bookings.c.id == booked["booking"])).scalars().all()
        assert states == ["cancelled"]
        assert {row.purpose for row in tx.execute(select(outbox))} == {"confirmation", "cancellation"}
        assert [row.what for row in tx.execute(select(audit)) if row.who.startswith("api/")] == ["book", "cancel"]


def test_texts_go_only_to_the_patients_own_numbers(ask: Ask) -> None:
    _, found = ask({Scope.BOOKINGS}, "GET", "slots?day=2026-03-03")
    order = {"slot": found["slots"][0]["slot"], "patient": 1, "number": "13999999999"}
    assert ask({Scope.BOOK}, "POST", "bookings", order)[0] == 400


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "slots?day=tomorrow", None),
        ("GET", "slots", None),
        ("GET", "slots?day=2026-03-03&doctor=x", None),
        ("GET", "patients?number='; DROP TABLE", None),
        ("GET", "calls?since=2026-03-02T09:00:00", None),
        ("GET", "calls?since=0001-01-01T00:00:00%2B23:59", None),
        ("GET", "calls?sinse=2026-03-02T09:00:00Z", None),
        ("GET", "calls?since=%ff", None),
        ("POST", "bookings", b"{"),
        ("POST", "bookings", b"[1]"),
        ("POST", "bookings", b"[" * 5000),
        ("POST", "bookings", {"slot": "1/2026-03-03/1"}),
        ("POST", "bookings", {"slot": "1/2026-03-03/1", "patient": True}),
        ("POST", "bookings", {"slot": 5, "patient": 1}),
        ("POST", "dial", {"extension": "8001"}),
        ("POST", "dial", {"extension": "8001", "number": "1\r\nATH"}),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_reason(ask: Ask, method: str, address: str, body: Any) -> None:
    status, answer = ask(set(Scope), method, address, body)
    assert (status, answer["error"]) == (400, "BadRequest")
    assert answer["message"]


def test_without_the_phone_service_the_rest_works(ask: Ask) -> None:
    assert ask(set(Scope), "GET", "agents")[1]["error"] == "PhoneServiceAway"
    assert ask(set(Scope), "GET", "calls")[0] == 200
    assert ask(set(Scope), "GET", "nowhere")[0] == 404
    assert ask(set(Scope), "POST", "calls", {})[0] == 405
    assert ask(set(Scope), "GET", "calls/20260302-090000-abcdef")[0] == 404
    assert ask(set(Scope), "POST", "bookings", {"slot": "x" * 20_000, "patient": 1})[0] == 413


def test_the_description_names_every_address_and_no_other(ask: Ask) -> None:
    status, told = ask(set(), "GET", "openapi.json")
    assert status == 200
    described = {(method.upper(), path) for path, item in told["paths"].items() for method in item}
    there = {(each.method, "/" + _plain(each.rule)) for each in ENDPOINTS}
    assert described == there
    assert told == description()


def test_a_token_is_made_seen_once_and_revoked(admin: Browser, app: WsgiApp, office: Office) -> None:
    page = admin.get("/settings/programs")
    page = admin.send(page.form("/settings/programs"), name="practice software", calls="1")
    token = next(word for word in page.text.split() if word.startswith(tokens.PREFIX))
    assert asks(app, token, "GET", "calls")[0] == 200
    assert asks(app, token, "GET", "slots?day=2026-03-03")[0] == 403
    page = admin.get("/settings/programs")
    assert "practice software" in page.text
    assert token not in page.text
    with office.ledger.reading() as tx:
        (row,) = tx.execute(select(api_tokens)).all()
    assert token not in str(row), "a stolen ledger opens nothing"
    admin.send(page.form(f"/settings/programs/{row.id}/revoke"))
    assert asks(app, token, "GET", "calls")[0] == 401


def _plain(rule: str) -> str:
    return "/".join(f"{{{part[1:].split(':')[0]}}}" if part.startswith("<") else part for part in rule.split("/"))
