"""Starts the virtual network as a process of its own, for the demo, the tests and the bench."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from firmware.clock import CLOCK_VARIABLE, Clock, Deadline, SystemClock
from firmware.control.channel import ControlClient, NotRunning
from firmware.modem.virtual.client import SOCKET, Network
from firmware.modem.virtual.errors import NetworkError

START_WITHIN_S = 20.0
END_WITHIN_S = 5.0


class NetworkDied(NetworkError):
    """The network's process ended by itself; its log says why."""


class NetworkProcess:
    """A running network: `with NetworkProcess(...) as network:` gives a `Network` to use it.

    It ends with the process that started it, however that ends.
    """

    def __init__(self, config: Path, run_dir: Path, clock: Clock, clock_page: Path | None = None) -> None:
        """`clock` is what `clock_page` holds, or the machine's own."""
        environment = {**os.environ}
        environment.pop(CLOCK_VARIABLE, None)
        if clock_page is not None:
            environment[CLOCK_VARIABLE] = str(clock_page)
        self._clock = clock
        self._run_dir = run_dir
        run_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "firmware.modem.virtual", "--config", str(config), "--run", str(run_dir)]
        with (run_dir / "network.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--leash"], env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=_project()
            )

    def __enter__(self) -> Network:
        self.network = self._connect()
        return self.network

    def __exit__(self, *_: object) -> None:
        self.network.close()
        self.stop()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it answers requests and its devices are there."""
        try:
            ControlClient(self._run_dir / SOCKET).close()
        except NotRunning:
            return False
        return True

    def stop(self) -> None:
        """End the process."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _connect(self) -> Network:
        machine = SystemClock()
        deadline = Deadline(machine, START_WITHIN_S)
        while True:
            try:
                return Network(self._run_dir, self._clock)
            except NotRunning:
                if self.process.poll() is not None or deadline.is_over:
                    self.stop()
                    raise NetworkDied(f"see {self._run_dir / 'network.log'}") from None
                machine.sleep(0.02)


def _project() -> Path:
    return Path(__file__).parents[3]
