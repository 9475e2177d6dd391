"""The command line of a virtual GSM module: echo, commands, the PDU prompt, replies (V.250 clause 5; 27.005 4.3)."""

from __future__ import annotations

import re
from collections.abc import Callable

INPUT_LIMIT = 1000  # bytes of one command line or PDU; the longest honest one has under 400
_CTRL_Z, _ESC, _BACKSPACE = 0x1A, 0x1B, 0x08
_COMMAND = re.compile(r"AT([+^&]?[A-Z]*)([^=?]*)(=\?|\?|=.*)?", re.IGNORECASE | re.DOTALL)

Handler = Callable[[str, str], list[str] | None]
"""Gets the operation ("", "?", "=?" or "=") and the rest; returns the lines before OK, or None if it ends by itself."""


class CommandError(Exception):
    """A command failed: +CME ERROR (27.007 clause 9.2) or +CMS ERROR (27.005 clause 3.2.5) with its code."""

    def __init__(self, code: int, family: str = "CME") -> None:
        super().__init__(f"+{family} ERROR: {code}")
        self.code = code


class Terminal:
    """Bytes in, command handlers run, bytes out. While a handler owes its result, further input waits."""

    def __init__(self, send: Callable[[bytes], None], handlers: dict[str, Handler]) -> None:
        self._send = send
        self._handlers = handlers
        self.loses_unsolicited = False
        self.reset()

    def reset(self) -> None:
        """As after power on: echo on, bare ERROR, nothing pending."""
        self.echoes = True
        self.has_error_codes = False
        self._input = bytearray()
        self._waiting = bytearray()
        self._is_busy = False
        self._on_pdu: Callable[[bytes | None], None] | None = None

    def feed(self, data: bytes) -> None:
        """Bytes that the box wrote."""
        self._waiting += data
        while self._waiting and not self._is_busy:
            byte = self._waiting.pop(0)
            if self._on_pdu:
                self._take_pdu_byte(byte)
            else:
                self._take_command_byte(byte)

    def unsolicited(self, line: str) -> None:
        """Say something that nobody asked for."""
        if not self.loses_unsolicited:
            self._say(line)

    def prompt(self, on_pdu: Callable[[bytes | None], None]) -> None:
        """Ask for a PDU; `on_pdu` gets its hex digits, or None if the box left with ESC, and must `finish`."""
        self._on_pdu = on_pdu
        self._send(b"\r\n> ")

    def finish(self, lines: list[str], error: CommandError | None = None) -> None:
        """End the running command, and go on with what was written meanwhile."""
        for line in lines:
            self._say(line)
        if error is None:
            self._say("OK")
        else:
            self._say(str(error) if self.has_error_codes or "CMS" in str(error) else "ERROR")
        self._is_busy = False

    def abandon(self) -> None:
        """End the running command without a word."""
        self._is_busy = False

    def go_on(self) -> None:
        """Take up input that waited while a command ran."""
        self.feed(b"")

    def _say(self, line: str) -> None:
        self._send(f"\r\n{line}\r\n".encode())

    def _take_command_byte(self, byte: int) -> None:
        if self.echoes:
            self._send(bytes((byte,)))
        if byte == 0x0D:
            line, self._input = bytes(self._input), bytearray()
            self._run(line.decode("latin-1").strip())
        elif byte == _BACKSPACE:
            del self._input[-1:]
        elif byte not in (0x0A, _CTRL_Z, _ESC) and len(self._input) < INPUT_LIMIT:
            self._input.append(byte)

    def _take_pdu_byte(self, byte: int) -> None:
        if byte not in (_CTRL_Z, _ESC):
            if len(self._input) < INPUT_LIMIT:
                self._input.append(byte)
            return
        on_pdu, self._on_pdu = self._on_pdu, None
        digits, self._input = bytes(self._input), bytearray()
        self._is_busy = True
        if on_pdu:
            on_pdu(digits if byte == _CTRL_Z else None)

    def _run(self, line: str) -> None:
        parsed = _COMMAND.fullmatch(line)
        if parsed is None:
            if line:
                self._say("ERROR")
            return
        name, number, operation = parsed[1].upper(), parsed[2], parsed[3] or ""
        handler = self._handlers.get(name)
        arguments = operation[1:] if operation.startswith("=") and operation != "=?" else number
        kind = operation if operation in ("?", "=?") else operation[:1]
        self._is_busy = True
        try:
            lines = handler(kind, arguments) if handler else _unknown()
        except CommandError as error:
            self.finish([], error)
            return
        if lines is not None:
            self.finish(lines)
        elif self._on_pdu:
            self._is_busy = False


def _unknown() -> list[str]:
    raise CommandError(4)  # operation not supported
