"""What a voice modem sends to its host: result codes, text, shielded events, samples."""

from __future__ import annotations

from typing import Protocol

from firmware.modem.virtual.voice_modem.settings import Settings
from firmware.modem.virtual.voice_modem.stream import END_OF_STREAM, event, shield

_CODES = {  # V.250 table 1
    "OK": 0, "CONNECT": 1, "RING": 2, "NO CARRIER": 3, "ERROR": 4, "NO DIALTONE": 6, "BUSY": 7, "NO ANSWER": 8,
}  # fmt: skip


class HostPort(Protocol):
    """The modem's end of the cable to its host."""

    @property
    def is_full(self) -> bool:
        """Whether the host has stopped reading."""

    def send(self, data: bytes) -> None: ...


class Replies:
    """Writes to the host in the form that the settings ask for."""

    def __init__(self, port: HostPort) -> None:
        self.settings = Settings()
        self.loses_unsolicited = False
        self._port = port
        self._is_overrun = False

    def echo(self, data: bytes) -> None:
        if self.settings.basic("E"):
            self._port.send(data)

    def text(self, *lines: str) -> None:
        """Information text; several lines belong together."""
        body = "\r\n".join(lines) + "\r\n"
        self._port.send(("\r\n" + body if self.settings.basic("V") else body).encode("latin-1"))

    def result(self, code: str) -> None:
        """A final result code, or CONNECT."""
        if self.settings.basic("Q"):
            return
        verbose = self.settings.basic("V")
        self._port.send((f"\r\n{code}\r\n" if verbose else f"{_CODES[code]}\r").encode())

    def unsolicited_result(self, code: str) -> None:
        if not self.loses_unsolicited:
            self.result(code)

    def unsolicited_text(self, *lines: str) -> None:
        if not self.loses_unsolicited:
            self.text(*lines)

    def events(self, codes: str) -> None:
        """Shielded events of the voice states."""
        if codes and not self.loses_unsolicited:
            self._port.send(b"".join(map(event, codes)))

    def samples(self, data: bytes) -> None:
        """Received sound; lost, with one <DLE>o, while the host does not read."""
        if self._port.is_full:
            self._is_overrun = True
            return
        if self._is_overrun:
            self._is_overrun = False
            self._port.send(event("o"))
        self._port.send(shield(data))

    def end_of_stream(self) -> None:
        self._port.send(END_OF_STREAM)
