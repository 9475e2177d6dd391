"""A modem on a pseudo-terminal that answers as a text file says (`tests/dialogues`), with faults at the test's will."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from pathlib import Path

from firmware.clock import Clock, Deadline
from firmware.modem.voice import dle
from tests.lines.desk import PATIENCE_S

DIALOGUES = Path(__file__).parent.parent / "dialogues"
_TICK_S = 0.01
_SILENCE = b"\x80" * 80
_ENDINGS = {"AT+VTR": dle.END_DUPLEX, "AT+VRX": dle.ABORT_RECEIVE, "AT+VTX": dle.END_OF_SOUND}


def read_dialogue(name: str) -> dict[str, list[str]]:
    lines = (DIALOGUES / f"{name}.txt").read_text().splitlines()
    pairs = (line.split(" -> ") for line in lines if line and not line.startswith("#"))
    return {command: [part.strip() for part in reply.split(" | ")] for command, reply in pairs}


class ScriptedModem:
    """Attributes that tests read: `commands` (all that came), `played` (shielded bytes that came in streams)."""

    def __init__(self, dialogue: str, link: Path, clock: Clock) -> None:
        self.replies = read_dialogue(dialogue)
        self.commands: list[str] = []
        self.played = bytearray()
        self.is_mute = False
        self.echoes = False  # commands, until ATE0
        self.stream: str | None = None
        self._clock = clock
        self._link = link
        self._stop = threading.Event()
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        self._slave = slave
        self._line = b""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def await_command(self, command: str, times: int = 1) -> None:
        """Wait until the host has sent `command` so often."""
        deadline = Deadline(self._clock, PATIENCE_S)
        while self.commands.count(command) < times:
            assert not deadline.is_over, self.commands
            self._clock.sleep(0.02)

    def say(self, *lines: str) -> None:
        self.send("".join(f"\r\n{line}\r\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        os.write(self._master, data)

    def unplug(self) -> None:
        self._stop.set()
        self._thread.join()
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)

    def _work(self) -> None:
        while not self._stop.is_set():
            readable, _, _ = select.select([self._master], [], [], self._clock.real_s(_TICK_S))
            if readable and not self.is_mute:
                self._read(os.read(self._master, 65536))
            if not readable and not self.is_mute and self.stream in ("AT+VTR", "AT+VRX"):
                self.send(_SILENCE)

    def _read(self, data: bytes) -> None:
        if self.stream is not None:
            self._play(data)
            return
        self._line += data
        while b"\r" in self._line:
            line, _, self._line = self._line.partition(b"\r")
            at = line.find(b"AT")
            if at >= 0:
                self._obey(line[at:].decode())

    def _obey(self, command: str) -> None:
        self.commands.append(command)
        if self.echoes:
            self.send(command.encode() + b"\r")
        self.echoes &= command != "ATE0"
        reply = self.replies.get(command, ["ERROR"])
        self.say(*reply)
        if reply == ["CONNECT"]:
            self.stream = command

    def _play(self, data: bytes) -> None:
        self.played += data
        if self.stream is not None and _ENDINGS[self.stream] in data:
            end = b"" if self.stream == "AT+VTX" else dle.END_OF_SOUND
            self.stream = None
            self.send(end + b"\r\nOK\r\n")
