"""The served pages as a hostile or broken client meets them: raw bytes on a real connection."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.web.serving import Served, serving
from webui.worker import HEAD_S, MOST_OF_ONE

TWO_GIGABYTES = 2 * 1024**3


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as served:
        yield served


def reply_to(served: Served, sent: bytes) -> bytes:
    """All that comes back until the server ends the connection."""
    with served.connect() as connection:
        connection.sendall(sent)
        return rest_of(connection)


def rest_of(connection: socket.socket) -> bytes:
    got = b""
    try:
        while piece := connection.recv(65536):
            got += piece
    except ConnectionResetError:
        pass  # the server has said what it had to say
    return got


def status_of(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1]) if reply else 0


def test_two_gigabytes_are_refused_at_once_and_the_memory_stays_flat(served: Served) -> None:
    before_kb = served.memory_kb()
    with served.connect() as connection:
        length = f"Content-Length: {TWO_GIGABYTES}"
        connection.sendall(served.head("POST", "/prompts/record", length, "Content-Type: multipart/form-data"))
        began = time.monotonic()
        sent = _pour(connection, 64 * 1024**2)
        reply = rest_of(connection)
    assert status_of(reply) == 413
    assert "没有保存".encode() in reply
    assert time.monotonic() - began < 5
    assert sent < TWO_GIGABYTES / 50
    assert served.memory_kb() - before_kb < 16 * 1024


def _pour(connection: socket.socket, most: int) -> int:
    """Send until nobody takes any more."""
    sent = 0
    try:
        while sent < most:
            sent += connection.send(bytes(65536))
    except OSError:
        pass
    return sent


def test_half_a_request_on_many_connections_keeps_nobody_out(served: Served) -> None:
    """Slow loris: without a limit, a hundred of them would use up all threads for ever."""
    with ExitStack() as open_ones:
        slow = [open_ones.enter_context(served.connect("127.0.0.9", HEAD_S + 5)) for _ in range(130)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert served.get("/", timeout_s=5)[0] == 200
        began = time.monotonic()
        assert [rest_of(connection) for connection in slow] == [b""] * len(slow)
        assert time.monotonic() - began < HEAD_S + 3
    assert served.get("/", source="127.0.0.9")[0] == 200
    assert len(slow) > MOST_OF_ONE


def test_a_form_that_never_ends_is_not_carried_out_and_keeps_nobody_out(served: Served) -> None:
    body = f"csrf={served.csrf}&once=1".encode()
    with served.connect() as connection:
        head = served.head(
            "POST", "/sign-out", "Content-Length: 5000", "Content-Type: application/x-www-form-urlencoded"
        )
        connection.sendall(head + body)
        connection.shutdown(socket.SHUT_WR)  # as when the wireless goes
        assert status_of(rest_of(connection)) == 400
    assert served.get("/account")[0] == 200


def test_clients_that_do_not_hang_up_do_not_hold_up_the_others(served: Served) -> None:
    """gunicorn lingers on a connection that ends, in the thread that lets others in."""
    with ExitStack() as open_ones:
        for _ in range(8):
            idle = open_ones.enter_context(served.connect())
            idle.sendall(served.head("GET", "/account", "Connection: close"))
            assert status_of(idle.recv(65536)) == 200
        for _ in range(4):
            began = time.monotonic()
            assert served.get("/account")[0] == 200
            assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Content-Length: -5",),
        ("Content-Length: 5,5",),
        ("Host: evil.example",),
        ("Folded: a", " b"),
        ("Sp ace: a",),
        ("Expect: nothing",),
        ("X: " + "y" * 9000,),
        tuple(f"X-{number}: 1" for number in range(60)),
    ],
)
def test_requests_that_two_servers_could_read_in_two_ways_are_refused(served: Served, lines: tuple[str, ...]) -> None:
    reply = reply_to(served, served.head("POST", "/sign-out", "Connection: close", *lines) + b"0\r\n\r\n")
    assert 400 <= status_of(reply) < 500 or status_of(reply) == 501
    assert b"Traceback" not in reply
    assert served.get("/account")[0] == 200


@pytest.mark.parametrize(
    "line", [b"GET /" + b"a" * 3000 + b" HTTP/1.1", b"GET / HTTP/9.9", b"\x16\x03\x01\x02", b"\x00", b"GET"]
)
def test_noise_is_answered_shortly_or_not_at_all(served: Served, line: bytes) -> None:
    reply = reply_to(served, line + b"\r\n\r\n")
    assert status_of(reply) in (0, 400, 414, 505)
    assert b"Traceback" not in reply


def test_nobody_can_say_for_whom_they_ask(served: Served) -> None:
    """Headers of proxies: there is none before the box, so they are a client's own words."""
    for words in ("X-Forwarded-Proto: https", "Forwarded: proto=https", "X-Forwarded-For: 8.8.8.8"):
        reply = reply_to(served, served.head("POST", "/sign-out", "Content-Length: 0", "Connection: close", words))
        assert status_of(reply) == 409, words  # our own page over http, but without the token
    for words in ("SCRIPT_NAME: /account", "PATH_INFO: /sign-in", "X-Original-URL: /sign-in", "X-Rewrite-URL: /"):
        asked = f"GET /account/x HTTP/1.1\r\nHost: {served.host}\r\nConnection: close\r\n{words}\r\n\r\n".encode()
        assert status_of(reply_to(served, asked)) in (303, 400), words


def test_the_last_listener_is_refused_and_the_pages_go_on(served: Served) -> None:
    with ExitStack() as open_ones:
        heard = []
        for _ in range(41):
            page = open_ones.enter_context(served.connect())
            page.sendall(served.head("GET", "/live"))
            heard.append(status_of(page.recv(65536)))
        assert heard == [200] * 40 + [503]
        assert served.get("/", timeout_s=5)[0] == 200
