from __future__ import annotations

import os
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from firmware.clinic import sample
from firmware.clock import Deadline, SystemClock
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders


def test_the_web_process_serves_the_page_and_ends_when_told_to(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    folders.make()
    SetupDocuments(folders.setup).save("clinic", dict(sample.document()["clinic"]))
    port = free_port()
    process = start(tmp_path, port)
    try:
        page = fetch(port)
        assert "湖滨诊所" in page
        assert "电话服务没有运行" in page
    finally:
        process.terminate()
    assert process.wait(timeout=10) == 0
    assert not (tmp_path / ".gunicorn").exists()


def test_without_a_set_up_clinic_it_says_what_is_missing(tmp_path: Path) -> None:
    process = start(tmp_path, free_port())
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "no clinic is set up yet" in said


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
