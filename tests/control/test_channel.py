"""The control socket: requests, refusals, events, and neighbours that come and go."""

import json
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.control.channel import ControlClient, ControlServer, Message, NotRunning, Refused, WrongVersion


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it did not happen within a second")


def greet(request: Message) -> Message:
    return {"greeting": f"good day {request['name']}"}


def junk_json() -> st.SearchStrategy[bytes]:
    values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)
    verbs = st.sampled_from(["greet", "events", "sound", "", "a"]) | values
    return st.dictionaries(st.text(max_size=5), values, max_size=3).flatmap(
        lambda details: verbs.map(lambda verb: json.dumps({**details, "ask": verb}).encode())
    )


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


# ---- versions, and readers that don't read ----


@pytest.mark.parametrize("version", [2, None, "1"])
def test_a_listener_of_another_version_is_told_so(server: ControlServer, tmp_path: Path, version: object) -> None:
    client = ControlClient(tmp_path / "box.sock")
    with pytest.raises(Refused, match=f"version 1 is spoken here, not {version!r}"):
        client.ask("events", version=version)
    assert server.listeners == 0


def test_a_server_of_another_version_is_noticed(tmp_path: Path) -> None:
    other = ControlServer(tmp_path / "new.sock", {"events": lambda _: {}})
    other.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firmware.control.channel._hello", lambda _: {"version": 2})
        with pytest.raises(WrongVersion, match="not 2"):
            ControlClient(tmp_path / "new.sock").events()
    other.close()


def test_a_reply_that_comes_too_late_is_not_taken_for_the_next_ones(tmp_path: Path) -> None:
    go_on = threading.Event()
    late = {"slow": lambda _: {"late": go_on.wait(2)}, "quick": lambda _: {}}
    server = ControlServer(tmp_path / "l.sock", late).start()
    client = ControlClient(tmp_path / "l.sock", timeout_s=0.05)
    with pytest.raises(NotRunning):
        client.ask("slow")
    go_on.set()
    with pytest.raises(NotRunning):
        client.ask("quick")
    server.close()


def test_a_handler_may_answer_with_a_version_of_its_own(tmp_path: Path) -> None:
    server = ControlServer(tmp_path / "v.sock", {"status": lambda _: {"version": "0.1.0"}}).start()
    client = ControlClient(tmp_path / "v.sock")
    assert client.ask("status") == {"version": "0.1.0"}
    assert server.listeners == 0
    server.close()


def test_a_listener_that_does_not_read_is_cut_off_and_the_others_hear_on(server: ControlServer, tmp_path: Path) -> None:
    sleeper, reader = ControlClient(tmp_path / "box.sock"), ControlClient(tmp_path / "box.sock")
    asleep, awake = sleeper.events(), reader.events()
    wait_until(lambda: server.listeners == 2)
    for number in range(1000):
        server.publish("line", number=number)
        assert next(awake)["number"] == number
    assert server.listeners == 1
    assert len(list(asleep)) < 1000  # what it had not read, then the end


def test_a_refusal_has_its_kind_and_its_reason(server: ControlServer, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        ControlClient(tmp_path / "box.sock").ask("fly")
    assert (refusal.value.kind, refusal.value.reason) == ("UnknownRequest", "there is no request called 'fly'")


def test_half_a_character_and_deep_nesting_harm_nobody(server: ControlServer, tmp_path: Path) -> None:
    client = ControlClient(tmp_path / "box.sock")
    assert client.ask("greet", name="\ud83d") == {"greeting": "good day \ud83d"}
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    raw.connect(str(tmp_path / "box.sock"))
    raw.send(b"[" * 100_000)
    assert b"BadRequest" in raw.recv(10_000)
    raw.close()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(packet=st.one_of(st.binary(min_size=1, max_size=400), junk_json()))
def test_no_packet_ends_the_server(server: ControlServer, tmp_path: Path, packet: bytes) -> None:
    raw = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    raw.connect(str(tmp_path / "box.sock"))
    raw.send(packet)
    json.loads(raw.recv(200_000))
    raw.close()
    assert ControlClient(tmp_path / "box.sock").ask("greet", name="x")
