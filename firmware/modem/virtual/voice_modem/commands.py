"""AT command lines as a modem reads them (ITU-T V.250 clause 5): assembling, echo, and cutting into commands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LINE_LIMIT = 255  # characters; V.250 asks for 40 at least
CR, LF, BACKSPACE = 0x0D, 0x0A, 0x08

_EXTENDED = re.compile(r"(?P<name>[+\-][A-Z][A-Z0-9!%\-./:_]*)(?P<rest>[^;]*);?")
_PATCH = re.compile(r"!(?P<rest>[0-9A-F]+=[0-9A-F]*);?")
_REGISTER = re.compile(r"(?P<name>S[0-9]+)(?P<rest>=[0-9]*|\?)")
_BASIC = re.compile(r"(?P<name>[&\\%*]?[A-Z])(?P<rest>[0-9]*)")


class BadCommand(Exception):
    """The text is not a command."""


@dataclass(frozen=True)
class Command:
    """One command: its name in capitals and what follows it ("=1,2", "?", "=?", digits or a number to dial)."""

    name: str
    rest: str = ""


@dataclass
class LineReader:
    """Assembles command lines out of the host's bytes."""

    _line: bytearray = field(default_factory=bytearray)
    _last: str = ""

    def next_line(self, buffer: bytearray) -> tuple[bytes, str | None]:
        """Take bytes out of `buffer` up to the end of a line: those taken, to be echoed, and the line, without its
        "AT" (None: no whole command line yet)."""
        taken = bytearray()
        while buffer:
            byte = buffer.pop(0)
            taken.append(byte)
            line = self._add(byte)
            if line is not None:
                return bytes(taken), line
        return bytes(taken), None

    def _add(self, byte: int) -> str | None:
        if byte == CR:
            text = self._line.decode("latin-1").strip()
            self._line.clear()
            return self._command_part(text)
        if byte == BACKSPACE:
            del self._line[-1:]
        elif self._line.upper() == b"A" and byte == ord("/"):
            self._line.clear()
            return self._last
        elif byte >= 0x20 and len(self._line) <= LINE_LIMIT:
            self._line.append(byte)
        return None

    def _command_part(self, text: str) -> str | None:
        at = text.upper().rfind("AT") if text[:2].upper() != "AT" else 0
        if at < 0:
            return None
        self._last = text[at + 2 :]
        return self._last


def split(line: str) -> list[Command]:
    """The commands of a line without its "AT"; raises `BadCommand`."""
    if len(line) > LINE_LIMIT - 2:
        raise BadCommand("the line is too long")
    text = line.upper().replace(" ", "")
    commands: list[Command] = []
    while text:
        command, text = _next(text)
        commands.append(command)
    return commands


def _next(text: str) -> tuple[Command, str]:
    if text[0] == "D":
        return Command("D", text[1:]), ""
    if text[0] == ";":
        return _next(text[1:]) if text[1:] else (Command(""), "")
    if patch := _PATCH.match(text):
        return Command("!", patch["rest"]), text[patch.end() :]
    for pattern in (_EXTENDED, _REGISTER, _BASIC):
        if match := pattern.match(text):
            return Command(match["name"], match["rest"]), text[match.end() :]
    raise BadCommand(f"no command begins with {text[0]!r}")
