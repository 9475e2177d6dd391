"""What the pages ask of the exchange: clips, devices, a look at a set-up of lines, a restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from firmware.audio.clips import ClipStore
from firmware.box import devices
from firmware.box.requests import Asked
from firmware.cli.exchange import FRESH_START
from firmware.clock import SystemClock
from firmware.control.channel import ControlClient, ControlError, Refused
from firmware.modem.line_setup import LineSetupError
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from tests.sound.test_clips import Parrot

NETWORK = {
    "lines": [
        {"name": "L1", "kind": "voice", "model": "CX93010", "number": "02161230001"},
        {"name": "L3", "kind": "gsm", "number": "13900000000"},
    ]
}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path / "box")
    folders.make()
    return folders


class Desk:
    def __init__(self, folders: Folders) -> None:
        self.done: list[str] = []
        clips = ClipStore(folders.clips, [Parrot()], folders.staff_recordings)
        asked = Asked(folders, clips, lambda: self.done.append("woken"), lambda: self.done.append("ended"))
        self.asked, self._handlers = asked, asked.handlers()

    def ask(self, verb: str, **details: Any) -> dict[str, Any]:
        return self._handlers[verb](details)


@pytest.fixture
def desk(folders: Folders) -> Desk:
    return Desk(folders)


def test_a_clip_is_a_file_among_the_clips_and_made_if_missing(desk: Desk, folders: Folders) -> None:
    name = desk.ask("clip", text="您好", language="zh", key=None)["file"]
    assert (folders.clips / name).is_file()
    assert name == desk.ask("clip", text="您好", language="en", key="x.y")["file"], "Chinese words have a Chinese voice"
    assert name != desk.ask("clip", text="hello", language="en", key=None)["file"]


@pytest.mark.parametrize(
    ("details", "fault"),
    [
        ({"text": "好" * 201, "language": "zh"}, "1 to 200 characters"),
        ({"text": "  ", "language": "zh"}, "1 to 200 characters"),
        ({"text": None, "language": "zh"}, "1 to 200 characters"),
        ({"text": "hola", "language": "es"}, "not 'es'"),
        ({"text": "hello", "language": ["en"]}, "language is one of"),
        ({"text": "hello", "language": "en", "key": 7}, "key"),
    ],
)
def test_a_clip_of_what_cannot_be_said_is_refused(desk: Desk, details: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        desk.ask("clip", **details)


def test_a_name_in_a_clips_key_is_no_way_out_of_the_folder(desk: Desk, folders: Folders) -> None:
    name = desk.ask("clip", text="您好", language="zh", key="../../../../etc/passwd")["file"]
    assert (folders.clips / name).is_file()


def test_devices_of_a_virtual_network_are_named(folders: Folders) -> None:
    folders.network.mkdir()
    for name in ("L1", "L3", "L9"):
        (folders.network / f"{name}.tty").symlink_to("/dev/null")
    (folders.network / "network.yaml").write_text(yaml.safe_dump(NETWORK))
    virtual = [each for each in devices.present(folders.network) if each["path"].startswith(str(folders.network))]
    assert [(Path(each["path"]).name, each["description"], each["kind"]) for each in virtual] == [
        ("L1.tty", "CX93010", "voice"),
        ("L3.tty", "GSM", "gsm"),
        ("L9.tty", "", ""),
    ]


def test_devices_on_usb_have_their_stable_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_id, modem = tmp_path / "by-id", tmp_path / "ttyACM0"
    by_id.mkdir()
    modem.touch()
    (by_id / "usb-USRobotics-if00").symlink_to(modem)
    ports = [port("/dev/ttyS0"), port(str(modem), 0x0BAF, "USRobotics", "USB Modem"), port("/dev/ttyUSB2", 0x1234)]
    monkeypatch.setattr(devices, "BY_ID", by_id)
    monkeypatch.setattr(devices.list_ports, "comports", lambda: ports)
    assert devices.present(tmp_path / "none") == [
        {"path": "/dev/ttyUSB2", "description": "ttyUSB2", "kind": ""},
        {"path": str(by_id / "usb-USRobotics-if00"), "description": "USRobotics USB Modem", "kind": "voice"},
    ]


def port(path: str, vendor: int | None = None, maker: str | None = None, product: str | None = None) -> Any:
    found = devices.ListPortInfo(path)
    found.vid, found.manufacturer, found.product = vendor, maker, product
    return found


def test_a_set_up_of_lines_is_looked_at_and_not_used(desk: Desk) -> None:
    line = {"name": "L1", "kind": "voice", "device": "/dev/ttyACM0"}
    assert desk.ask("check_lines", document={"lines": [line]}) == {}
    with pytest.raises(LineSetupError, match="unknown key 'pin'"):
        desk.ask("check_lines", document={"lines": [{**line, "pin": "1234"}]})
    with pytest.raises(LineSetupError):
        desk.ask("check_lines")


def test_a_restart_waits_until_nobody_is_on_the_phone(desk: Desk) -> None:
    desk.asked.end_if(True)
    assert (desk.ask("restart"), desk.asked.is_restart_wanted) == ({}, True)
    desk.asked.end_if(False)
    assert desk.done == []
    desk.asked.end_if(True)
    assert desk.done == ["ended"]


def test_a_wake_up_is_passed_on(desk: Desk) -> None:
    assert desk.ask("wake") == {}
    assert desk.done == ["woken"]


def test_a_box_that_cannot_start_still_helps_to_mend_its_lines(folders: Folders) -> None:
    SetupDocuments(folders.setup).save("lines", {"lines": []})  # and no clinic: it can't start
    command = [sys.executable, "-m", "firmware.cli", "exchange", "--data", str(folders.data)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ)
    try:
        client = eventually(lambda: ControlClient(folders.control_socket, 5.0))
        assert "clinic" in client.ask("status")["out_of_order"]
        assert isinstance(client.ask("devices")["devices"], list)
        with pytest.raises(Refused, match="lines is a list") as refusal:
            client.ask("check_lines", document={})
        assert refusal.value.kind == "LineSetupError"
        assert client.ask("restart") == {}
        assert process.wait(10) == FRESH_START
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def eventually(make: Callable[[], ControlClient]) -> ControlClient:
    for _ in range(400):
        try:
            return make()
        except ControlError:
            SystemClock().sleep(0.05)
    raise AssertionError("the exchange did not answer within 20 s")
