"""A call's sound through a websocket: both ways, refused to everybody else, and no harm to the call by bad frames."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from simple_websocket import Client, ConnectionClosed
from simple_websocket.errors import ConnectionError as Refused

from firmware.clock import ManualClock
from firmware.control.sound import FRAME_BYTES
from firmware.staff import sessions
from firmware.threads import Worker
from tests.web.browser import Browser, WsgiApp
from tests.web.handset import Handset, eventually
from tests.web.test_test_phone import calls_box, presses
from webui.gate import SESSION_COOKIE
from webui.office import Office
from webui.phone_socket import BURST_FRAMES, OVER, PASSED_ON_FRAMES, SESSION_LOOK_S, SIGNED_OUT

LOUD, QUIET = b"\x10\x27" * 160, b"\x01\x00" * 160
REFUSED = 1008
HELD_UP = BURST_FRAMES // 2
OWN = "http://127.0.0.1"  # the test's client names no port in its Host


@pytest.fixture
def handset(office: Office, clock: ManualClock) -> Iterator[Handset]:
    opened = Handset(office.folders, clock)
    yield opened
    opened.close()


@pytest.fixture
def port(app: WsgiApp) -> Iterator[int]:
    """Where the application is served as gunicorn serves it: the socket is in the environ."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Worker("server", lambda _: serve(listener, app), on_death=lambda _: None).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def serve(listener: socket.socket, app: WsgiApp) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        Worker("request", lambda _, c=connection: answer(c, app)).start()  # type: ignore[misc]


def answer(connection: socket.socket, app: WsgiApp) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    request, *lines = head.decode().split("\r\n\r\n")[0].split("\r\n")
    path, _, query = request.split()[1].partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "gunicorn.socket": connection,
    }
    for line in lines:
        name, _, value = line.partition(": ")
        environ["HTTP_" + name.upper().replace("-", "_")] = value

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    try:
        app(environ, start_response)
    except StopIteration:
        return  # a websocket that is over: nothing may be answered
    connection.close()


@pytest.fixture
def listen(port: int, admin: Browser) -> Iterator[Callable[..., Client]]:
    """`listen("call-1")`: the page of the administrator opens the sound, and is closed after the test."""
    opened: list[Client] = []

    def open_socket(call: str, origin: str | None = None, token: str | None = None, path: str = "sound") -> Client:
        session = admin.cookies[SESSION_COOKIE] if token is None else token
        headers = {"Origin": origin or OWN, "Cookie": f"{SESSION_COOKIE}={session}"}
        opened.append(Client.connect(f"ws://127.0.0.1:{port}/test-phone/{path}?call={call}", headers=headers))
        return opened[-1]

    yield open_socket
    for client in opened:
        cut(client)


def cut(client: Client) -> None:
    """The browser is gone: nobody waits for it any more."""
    try:
        client.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it ended before


@contextmanager
def closed_with(code: int) -> Iterator[None]:
    with pytest.raises(ConnectionClosed) as closed:
        yield
    assert closed.value.reason == code


def hears_the_end(client: Client) -> None:
    while client.receive(timeout=5) is not None:
        pass
    raise AssertionError("the socket stayed open")


def test_sound_goes_both_ways_until_the_call_ends(
    admin: Browser, handset: Handset, listen: Callable[..., Client]
) -> None:
    name = calls_box(admin)
    client = listen(name)
    stream = handset.wait_for_listener()
    stream.send(LOUD)
    assert client.receive(timeout=5) == LOUD
    client.send(QUIET)
    assert handset.said.get(timeout=5) == QUIET
    stream.close()
    with closed_with(OVER):
        hears_the_end(client)


@pytest.mark.parametrize("message", [LOUD[:-1], LOUD + b"x", b"", "text", b"x" * 5000])
def test_what_is_no_frame_closes_the_socket_and_not_the_call(
    admin: Browser, handset: Handset, listen: Callable[..., Client], message: Any
) -> None:
    name = calls_box(admin)
    client = listen(name)
    client.send(message)
    with pytest.raises(ConnectionClosed) as closed:
        hears_the_end(client)
    assert closed.value.reason in (REFUSED, 1009)
    assert name in handset.calls
    listen(name).send(QUIET)  # it can come back
    assert handset.said.get(timeout=5) == QUIET


def test_frames_faster_than_sound_close_the_socket(
    admin: Browser, handset: Handset, listen: Callable[..., Client], clock: ManualClock
) -> None:
    client = listen(calls_box(admin))
    for _ in range(BURST_FRAMES):
        client.send(QUIET)
    client.send(QUIET)
    with closed_with(REFUSED):
        hears_the_end(client)


def test_a_page_that_was_held_up_is_heard_again_without_its_old_sound(
    admin: Browser, handset: Handset, listen: Callable[..., Client], clock: ManualClock
) -> None:
    client = listen(calls_box(admin))
    for _ in range(HELD_UP):
        client.send(QUIET)
    heard = []

    def hears_something_new() -> bool:
        clock.advance(0.02)
        client.send(LOUD)
        while not handset.said.empty():
            heard.append(handset.said.get())
        return LOUD in heard

    eventually(hears_something_new)
    assert PASSED_ON_FRAMES <= heard.count(QUIET) < HELD_UP


def test_whoever_listens_later_takes_the_sound(admin: Browser, handset: Handset, listen: Callable[..., Client]) -> None:
    name = calls_box(admin)
    first = listen(name)
    handset.wait_for_listener().send(LOUD)
    assert first.receive(timeout=5) == LOUD
    before = handset.stream
    second = listen(name)
    with closed_with(OVER):
        hears_the_end(first)
    eventually(lambda: handset.stream is not before)
    handset.wait_for_listener().send(LOUD)
    assert second.receive(timeout=5) == LOUD


def test_who_signs_out_hears_no_more(
    admin: Browser, office: Office, handset: Handset, listen: Callable[..., Client], clock: ManualClock
) -> None:
    client = listen(calls_box(admin))
    with office.ledger.transaction() as tx:
        session = sessions.find(tx, clock.now(), admin.cookies[SESSION_COOKIE])
        assert session is not None
        sessions.close_session(tx, session.token_hash)
    clock.advance(SESSION_LOOK_S + 0.1)
    with closed_with(SIGNED_OUT):
        hears_the_end(client)


def test_a_box_that_restarts_lets_the_sound_go(
    admin: Browser, office: Office, handset: Handset, listen: Callable[..., Client]
) -> None:
    client = listen(calls_box(admin))
    office.live.stop()
    with closed_with(1001):
        hears_the_end(client)


@pytest.mark.parametrize("how", [{"origin": "http://evil.example"}, {"origin": "null"}, {"token": "guessed"}])
def test_a_foreign_page_or_a_stranger_gets_no_sound(
    admin: Browser, handset: Handset, listen: Callable[..., Client], how: dict[str, str]
) -> None:
    name = calls_box(admin)
    with pytest.raises(Refused):
        listen(name, **how)
    assert handset.stream is None


def test_nobody_gets_the_sound_of_somebody_elses_call(
    admin: Browser, sign_in: Callable[..., Browser], handset: Handset, listen: Callable[..., Client]
) -> None:
    name = calls_box(admin)
    for person, call in ((sign_in("supervisor"), name), (sign_in("desk"), name), (admin, "call-99"), (admin, "")):
        with pytest.raises(Refused):
            listen(call, token=person.cookies[SESSION_COOKIE])
    presses(admin, "hang-up")
    with pytest.raises(Refused):
        listen(name)
    assert handset.stream is None


@pytest.mark.parametrize("headers", [{}, {"Upgrade": "websocket"}, {"Upgrade": "websocket", "Sec-Websocket-Key": "x"}])
def test_what_is_no_websocket_is_answered_as_a_page(
    admin: Browser, handset: Handset, port: int, headers: dict[str, str]
) -> None:
    name = calls_box(admin)
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    own = {"Host": "127.0.0.1", "Origin": OWN, "Cookie": f"{SESSION_COOKIE}={admin.cookies[SESSION_COOKIE]}"}
    connection.request("GET", f"/test-phone/sound?call={name}", headers={**own, **headers})
    assert connection.getresponse().status == 404
    connection.close()
    assert name in handset.calls


def test_a_browser_that_vanishes_leaves_the_call_to_its_deadline(
    admin: Browser, handset: Handset, listen: Callable[..., Client], clock: ManualClock
) -> None:
    name = calls_box(admin)
    client = listen(name)
    stream = handset.wait_for_listener()
    clock.advance(60)
    assert name in handset.calls  # somebody listens
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sock.shutdown(socket.SHUT_RDWR)
    eventually(lambda: not stream.is_open)
    assert name in handset.calls

    def is_over() -> bool:
        clock.advance(11)  # again: the deadline begins only when the thread of the socket has ended
        return name not in handset.calls

    eventually(is_over)


def test_a_frame_is_what_the_control_socket_calls_one() -> None:
    assert len(LOUD) == FRAME_BYTES
