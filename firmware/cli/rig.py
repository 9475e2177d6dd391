"""A whole box on a virtual telephone network, as child processes: for the demo, the tests and the bench."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from firmware.cli.exchange import FRESH_START
from firmware.clinic import sample
from firmware.clock import CLOCK_VARIABLE, Deadline, SharedClock, SystemClock
from firmware.control.channel import ControlClient, ControlError
from firmware.modem.virtual.client import SOCKET, Network
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from firmware.threads import Worker

SAMPLE_START = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PROGRESS = "speech: "  # how the exchange begins a log line about its slowest preparation
START_TIMEOUT_REAL_S = 90  # the first start fills the speech cache
STOP_TIMEOUT_REAL_S = 10
KEEPER_LOOK_REAL_S = 0.5
CLINIC_MOBILE = "13900000000"

SAMPLE_LINES: tuple[dict[str, Any], ...] = (
    {"name": "L1", "kind": "voice", "model": "USR5637", "number": "02161230001"},
    {"name": "L2", "kind": "voice", "model": "CX93010", "number": "02161230002"},
    {"name": "L3", "kind": "gsm", "number": CLINIC_MOBILE},
)


class RigError(Exception):
    """A part of the rig did not start."""


@dataclass
class Child:
    """One child process and where its log goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_REAL_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def end(self) -> str:
        """How it ended, in words."""
        status = self.process.returncode
        return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


class Rig:
    """The network, the exchange and (if `web_port` is given) the web pages, on one shared clock.

    Leaving the `with` block stops them all. An existing data folder is kept and used again; a new one gets the
    sample clinic, whose flow template is `template` ("default" or "exact").
    """

    def __init__(
        self,
        data: Path,
        *,
        speed: float = 1.0,
        start: datetime = SAMPLE_START,
        lines: tuple[dict[str, Any], ...] = SAMPLE_LINES,
        template: str = "default",
        web_port: int | None = None,
        clips: Path | None = None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.folders = Folders(data)
        self._speed, self._start, self._lines = speed, start, lines
        self._template, self._web_port, self._clips = template, web_port, clips
        self._tell = tell  # is told how far a slow start has come, and of an exchange that had to be started again
        self._children: dict[str, Child] = {}
        self._keeper = Worker("keeper", self._keep_exchange_up)
        self._lock = threading.Lock()  # who starts or ends the exchange holds it

    def __enter__(self) -> Rig:
        try:
            self._prepare()
            self.start_network()
            self.start_exchange()
            self._keeper.start()
            if self._web_port is not None:
                self.start_web(self._web_port)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def box_pid(self) -> int:
        return self._children["exchange"].process.pid

    @property
    def network_pid(self) -> int:
        return self._children["network"].process.pid

    @property
    def web_pid(self) -> int:
        return self._children["web"].process.pid

    def start_network(self) -> None:
        shutil.rmtree(self.folders.network, ignore_errors=True)
        self.folders.network.mkdir(parents=True)
        config = self.folders.network / "network.yaml"
        config.write_text(yaml.safe_dump({"country": "cn", "lines": list(self._lines)}))
        command = ["-m", "firmware.modem.virtual", "--config", str(config), "--run", str(self.folders.network)]
        self._spawn("network", command)
        self._wait_for("network", self._network_is_there)
        self.network = Network(self.folders.network, self.clock)

    def start_exchange(self) -> None:
        with self._lock:
            self._spawn_exchange()
            self._wait_for("exchange", self._lines_are_idle)

    def start_web(self, port: int) -> None:
        self._spawn("web", ["-m", "webui", "--data", str(self.folders.data), "--port", str(port)])

    def kill_exchange(self) -> None:
        """kill -9: what a crash or a power cut does to the process."""
        with self._lock:
            child = self._children.pop("exchange")
            child.process.kill()
            child.process.wait()

    def kill_web(self) -> None:
        """kill -9 of the web process with its worker: as when the machine runs out of memory."""
        child = self._children.pop("web")
        workers = Path(f"/proc/{child.process.pid}/task/{child.process.pid}/children").read_text().split()
        for pid in (child.process.pid, *map(int, workers)):
            os.kill(pid, signal.SIGKILL)
        child.process.wait()

    def check(self) -> None:
        """Raises `RigError` when the network or the web process has ended; the exchange is started again."""
        for child in list(self._children.values()):
            if child.name != "exchange" and child.has_ended:
                raise RigError(
                    f"the {child.name} process {child.end}; the last lines of its log:\n{child.last_lines()}"
                )

    def device(self, line: str) -> Path:
        return self.folders.network / f"{line}.tty"

    def stop(self) -> None:
        self._keeper.stop()
        for child in reversed(self._children.values()):
            child.stop()
        self._children.clear()

    def _keep_exchange_up(self, stop: threading.Event) -> None:
        """As `clinicbox run` and systemd do: an exchange that ends, for whatever reason, is started again."""
        while not stop.wait(KEEPER_LOOK_REAL_S):
            with self._lock:
                child = self._children.get("exchange")
                if child is not None and child.has_ended:
                    if child.process.returncode != FRESH_START:
                        self._tell(f"the exchange process {child.end}; starting it again")
                    self._spawn_exchange()

    def _spawn_exchange(self) -> None:
        self._spawn("exchange", ["-m", "firmware.cli", "exchange", "--data", str(self.folders.data)])

    def _prepare(self) -> None:
        is_new = not self.folders.ledger.exists()
        self.folders.make()
        if self._clips is not None and not self.folders.clips.is_symlink():
            self._clips.mkdir(parents=True, exist_ok=True)
            self.folders.clips.rmdir()
            self.folders.clips.symlink_to(self._clips)
        self.clock = SharedClock.create(self.folders.clock, self._start, self._speed)
        documents = SetupDocuments(self.folders.setup)
        if is_new:
            ledger = open_ledger(self.folders.ledger)
            sample.load(ledger, documents, self.clock.now())
            ledger.close()
        documents.save("lines", {"lines": [self._line_document(line) for line in self._lines]})
        documents.save("flow", {"template": self._template})

    def _line_document(self, line: dict[str, Any]) -> dict[str, Any]:
        device = str(self.device(line["name"]).absolute())
        return {"name": line["name"], "kind": line["kind"], "device": device, "number": line["number"]}

    def _spawn(self, name: str, arguments: list[str]) -> None:
        log = self.folders.run / f"{name}.log"
        environment = {**os.environ, CLOCK_VARIABLE: str(self.folders.clock), "OPENBLAS_NUM_THREADS": "1"}
        with log.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, *arguments], stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment
            )
        self._children[name] = Child(name, process, log)

    def _wait_for(self, name: str, is_ready: Callable[[], bool]) -> None:
        child = self._children[name]
        clock = SystemClock()
        deadline = Deadline(clock, START_TIMEOUT_REAL_S)
        told = ""
        while not is_ready():
            if (line := child.last_lines(1)) != told and PROGRESS in line:
                told = line
                self._tell(line[line.index(PROGRESS) :])
            if child.process.poll() is not None:
                raise RigError(f"the {name} process ended while starting:\n{child.last_lines()}")
            if deadline.is_over:
                raise RigError(f"the {name} process was not ready in {START_TIMEOUT_REAL_S} s:\n{child.last_lines()}")
            clock.sleep(0.02)

    def _network_is_there(self) -> bool:
        try:
            ControlClient(self.folders.network / SOCKET).close()
        except ControlError:
            return False
        return all(self.device(line["name"]).exists() for line in self._lines)

    def _lines_are_idle(self) -> bool:
        try:
            client = ControlClient(self.folders.control_socket)
            lines = client.ask("status")["lines"]
            client.close()
        except ControlError:
            return False
        return all(line["state"] == "idle" for line in lines)
