from __future__ import annotations

import os
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from firmware.clinic import sample
from firmware.clock import Deadline, SystemClock
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from webui.__main__ import open_app
from webui.opening import OpeningApp


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path)
    folders.make()
    return folders


def test_the_web_process_waits_for_a_clinic_serves_its_page_and_ends_when_told_to(folders: Folders) -> None:
    port = free_port()
    process = start(folders.data, port)
    try:
        assert fetch(port) == "no clinic is set up yet\n"
        SetupDocuments(folders.setup).save("clinic", dict(sample.document()["clinic"]))
        page = fetch(port)
        assert "湖滨诊所" in page
        assert "电话服务没有运行" in page
    finally:
        process.terminate()
    assert process.wait(timeout=10) == 0
    assert not (folders.data / ".gunicorn").exists()


def test_a_damaged_ledger_is_said_on_the_page(folders: Folders) -> None:
    SetupDocuments(folders.setup).save("clinic", dict(sample.document()["clinic"]))
    folders.ledger.write_bytes(b"rubbish" * 1000)
    said: list[str] = []
    body = b"".join(OpeningApp(lambda: open_app(folders))({}, lambda status, _: said.append(status)))
    assert said == ["503 Service Unavailable"]
    assert b"ledger.db" in body
    assert folders.ledger.read_bytes() == b"rubbish" * 1000


def start(data: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "webui", "--data", str(data), "--port", str(port)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "HOME": str(data)})


def fetch(port: int) -> str:
    clock = SystemClock()
    deadline = Deadline(clock, 20)
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        except ConnectionRefusedError:
            assert not deadline.is_over
            clock.sleep(0.05)
        finally:
            connection.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
