"""The sound of a seat through a websocket, and the echo of the speaking test."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from simple_websocket import Client
from simple_websocket.errors import ConnectionError as Unanswered

from firmware.acd.errors import NotSignedIn
from firmware.clock import ManualClock
from firmware.staff import sessions
from firmware.threads import Worker
from tests.web.browser import Browser, WsgiApp
from tests.web.handset import eventually
from tests.web.seats import Seats
from tests.web.test_desk import agent
from tests.web.test_phone_socket import REFUSED, closed_with, cut, hears_the_end, serve
from webui.desk_echo import LATER_FRAMES
from webui.gate import SESSION_COOKIE
from webui.office import Office
from webui.phone_socket import OVER, SESSION_LOOK_S, SIGNED_OUT

LOUD, QUIET = b"\x10\x27" * 160, b"\x01\x00" * 160
OWN = "http://127.0.0.1"  # the test's client names no port in its Host

Listen = Callable[..., Client]


@pytest.fixture
def seats(office: Office, clock: ManualClock) -> Iterator[Seats]:
    opened = Seats(office.folders, clock)
    yield opened
    opened.close()


@pytest.fixture
def me(desk: Browser, office: Office) -> int:
    return agent(office, "desk", "8001")


@pytest.fixture
def port(app: WsgiApp) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Worker("server", lambda _: serve(listener, app), on_death=lambda _: None).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def listen(port: int) -> Iterator[Listen]:
    """`listen(desk)`: that person's page opens its sound, and is closed after the test."""
    opened: list[Client] = []

    def open_socket(who: Browser, path: str = "sound", origin: str = OWN) -> Client:
        headers = {"Origin": origin, "Cookie": f"{SESSION_COOKIE}={who.cookies[SESSION_COOKIE]}"}
        opened.append(Client.connect(f"ws://127.0.0.1:{port}/desk/{path}", headers=headers))
        return opened[-1]

    yield open_socket
    for client in opened:
        cut(client)


def test_sound_goes_both_ways_until_the_box_ends_it(desk: Browser, me: int, seats: Seats, listen: Listen) -> None:
    client = listen(desk)
    client.send(QUIET)
    assert seats.said.get(timeout=5) == QUIET
    seats.streams[-1].send(LOUD)
    assert client.receive(timeout=5) == LOUD
    seats.streams[-1].close()
    with closed_with(OVER):
        hears_the_end(client)


def test_the_page_that_was_opened_last_has_the_sound(desk: Browser, me: int, seats: Seats, listen: Listen) -> None:
    first = listen(desk)
    eventually(lambda: len(seats.streams) == 1)
    second = listen(desk)
    with closed_with(OVER):
        hears_the_end(first)
    second.send(LOUD)
    assert seats.said.get(timeout=5) == LOUD


@pytest.mark.parametrize("message", [LOUD[:-1], LOUD + b"x", "text"])
def test_what_is_no_frame_ends_the_socket_and_the_page_may_come_again(
    desk: Browser, me: int, seats: Seats, listen: Listen, message: bytes | str
) -> None:
    client = listen(desk)
    client.send(message)
    with closed_with(REFUSED):
        hears_the_end(client)
    listen(desk).send(LOUD)
    assert seats.said.get(timeout=5) == LOUD


def test_who_signs_out_of_the_box_is_heard_no_more(
    desk: Browser, me: int, office: Office, seats: Seats, listen: Listen, clock: ManualClock
) -> None:
    client = listen(desk)
    eventually(lambda: len(seats.streams) == 1)
    with office.ledger.transaction() as tx:
        session = sessions.find(tx, clock.now(), desk.cookies[SESSION_COOKIE])
        assert session is not None
        sessions.close_session(tx, session.token_hash)
    clock.advance(SESSION_LOOK_S + 0.1)
    with closed_with(SIGNED_OUT):
        hears_the_end(client)


def test_a_foreign_page_gets_no_sound(desk: Browser, me: int, seats: Seats, listen: Listen) -> None:
    for path in ("sound", "echo"):
        with pytest.raises(Unanswered):
            listen(desk, path, origin="http://evil.example")
    assert seats.streams == []


def test_who_may_not_answer_gets_no_sound(sign_in: Callable[..., Browser], seats: Seats, listen: Listen) -> None:
    with pytest.raises(Unanswered):
        listen(sign_in("auditor"))
    assert seats.streams == []


def test_a_seat_that_nobody_sits_at_has_no_sound(desk: Browser, me: int, seats: Seats, listen: Listen) -> None:
    seats.refusals["sound"] = NotSignedIn("sign in first")
    with pytest.raises(Unanswered):
        listen(desk)


def test_a_request_for_a_page_costs_the_seat_no_sound(desk: Browser, me: int, seats: Seats, listen: Listen) -> None:
    client = listen(desk)
    eventually(lambda: len(seats.streams) == 1)
    assert desk.get("/desk/sound", Origin=desk.origin).status == 404
    client.send(LOUD)
    assert seats.said.get(timeout=5) == LOUD


def test_the_echo_says_back_what_was_said_a_second_ago_and_nobody_else_hears_it(
    desk: Browser, me: int, seats: Seats, listen: Listen, clock: ManualClock
) -> None:
    client = listen(desk, "echo")
    client.send(LOUD)
    sent = 0

    def comes_back() -> bool:
        nonlocal sent
        clock.advance(0.02)
        client.send(QUIET)
        sent += 1
        return bool(client.receive(timeout=0.02) == LOUD)

    eventually(comes_back)
    assert sent >= LATER_FRAMES
    assert seats.streams == []
