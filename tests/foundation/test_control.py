"""The control socket: requests, refusals, events, and neighbours that come and go."""

import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.control.channel import ControlClient, ControlServer, Message, NotRunning, Refused


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it did not happen within a second")


def greet(request: Message) -> Message:
    return {"greeting": f"good day {request['name']}"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ControlServer]:
    server = ControlServer(tmp_path / "box.sock", {"greet": greet}).start()
    yield server
    server.close()


def test_a_request_is_answered(server: ControlServer, tmp_path: Path) -> None:
    client = ControlClient(tmp_path / "box.sock")
    assert client.ask("greet", name="王秀英") == {"greeting": "good day 王秀英"}


def test_a_refusal_says_what_was_wrong(server: ControlServer, tmp_path: Path) -> None:
    client = ControlClient(tmp_path / "box.sock")
    with pytest.raises(Refused, match="KeyError"):
        client.ask("greet")
    with pytest.raises(Refused, match="fly"):
        client.ask("fly")
    assert client.ask("greet", name="again")["greeting"] == "good day again"


@pytest.mark.parametrize("junk", [b"\xff\xfe", b"[]", b"{}", b'"text"', b"null", b'{"ask": []}'])
def test_junk_is_refused_and_the_connection_lives_on(server: ControlServer, tmp_path: Path, junk: bytes) -> None:
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    raw.connect(str(tmp_path / "box.sock"))
    raw.send(junk)
    assert b'"ok": false' in raw.recv(10_000)
    raw.send(b'{"ask": "greet", "name": "x"}')
    assert b"good day" in raw.recv(10_000)
    raw.close()


def test_events_reach_every_listener_in_order(server: ControlServer, tmp_path: Path) -> None:
    streams = [ControlClient(tmp_path / "box.sock").events() for _ in range(2)]
    wait_until(lambda: server.listeners == 2)
    server.publish("call", state="ringing")
    server.publish("call", state="answered")
    for stream in streams:
        assert [next(stream)["state"], next(stream)["state"]] == ["ringing", "answered"]


def test_nobody_home_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match=r"box\.sock"):
        ControlClient(tmp_path / "box.sock")


def test_only_the_owner_may_connect(server: ControlServer, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "box.sock").stat().st_mode) == 0o600


def test_a_server_that_ends_ends_the_event_stream(server: ControlServer, tmp_path: Path) -> None:
    client = ControlClient(tmp_path / "box.sock")
    client.ask("greet", name="x")
    server.close()
    with pytest.raises(NotRunning):
        client.ask("greet", name="x")


def test_a_server_that_hangs_counts_as_not_running(tmp_path: Path) -> None:
    silent = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    silent.bind(str(tmp_path / "silent.sock"))
    silent.listen()
    with pytest.raises(NotRunning):
        ControlClient(tmp_path / "silent.sock", timeout_s=0.05).ask("status")
    silent.close()
