"""What a GSM module says, cut into lines and sorted: what answers a command, what nobody asked for. No port in here.

27.005 and 27.007 give the forms; SIM7600 ends some lines with CR CR LF, and lines may hold any bytes at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE_LIMIT = 1000  # bytes; the longest honest line is a PDU in hex, under 400
PROMPT = ">"
_BLANK = b"\r\0 "

_FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR: ?.+|COMMAND NOT SUPPORT")
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_UNSOLICITED = re.compile(
    r"RING|\+CRING:.*|\+CLIP:.*|\+CMTI:.*|\+CMT:.*|\+CDSI:.*|\+CDS:.*|\+CBM:.*|\+CUSD:.*|\+CIEV:.*|\+CGEV:.*|\+CCWA:.*"
    r"|\+C(?:G|E)?REG: ?\d(?:,.*)?|\+CPIN: ?.*|\+CLCC:.*|RDY|SMS DONE|PB DONE|Call Ready|SMS Ready|\+CFUN: ?\d"
    r"|VOICE CALL:.*|MISSED_CALL:.*|REMOTE CALL END|NO CARRIER|BUSY|NO ANSWER|\+(?:RX)?DTMF:.*|\+QIND:.*|\^[A-Z]+:.*"
    r"|(?:NORMAL )?POWER DOWN|UNDER-VOLTAGE.*|\+STIN:.*|\*PSUTTZ:.*|DST:.*|\+CTZV:.*|\+SMS FULL.*"
)
_WITH_PDU = re.compile(r"\+(?:CMT|CDS):.*")


@dataclass(frozen=True)
class Unsolicited:
    """Something the module said by itself; `pdu` is the hex line behind +CMT: and +CDS:."""

    line: str
    pdu: str = ""


class LineCutter:
    """Bytes in, lines out. A prompt has no line end; at the beginning of a line it counts as a line of its own."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._is_too_long = False

    def feed(self, data: bytes) -> list[str]:
        """The lines that end in `data`, without blanks at their ends; empty ones and endless ones are dropped."""
        lines: list[str] = []
        *ended, rest = data.split(b"\n")
        for part in ended:
            lines += self._gather(part)
            if text := self._take():
                lines.append(text)
        return lines + self._gather(rest)

    def _gather(self, part: bytes) -> list[str]:
        """Add to the line; the prompts that it began with."""
        room = LINE_LIMIT - len(self._line)
        self._is_too_long |= len(part) > room
        self._line += part[:room]
        prompts = []
        while (text := self._line.lstrip(_BLANK)).startswith(b">"):
            self._line = text[1:]
            prompts.append(PROMPT)
        return prompts

    def _take(self) -> str:
        text = "" if self._is_too_long else self._line.decode("utf-8", "replace").strip(_BLANK.decode())
        self._line.clear()
        self._is_too_long = False
        return text


class Pending:
    """A command that waits for its answer."""

    def __init__(self, command: str, wants_prompt: bool = False) -> None:
        self.lines: list[str] = []
        self.is_answered = False
        self._wants_prompt = wants_prompt
        name = re.match(r"AT([+^][A-Z]+)", command.strip())
        self._prefix = re.compile(re.escape(name[1]) + r":") if name else None
        self._command = command.strip()

    def takes(self, line: str) -> bool:
        """Whether `line` is part of the answer; if it is, it is kept."""
        if line == self._command:
            return True  # the echo, said by a module that was restarted
        is_end = self._is_end(line)
        is_own = self._prefix is not None and self._prefix.match(line) is not None
        if not is_end and not is_own and _UNSOLICITED.fullmatch(line):
            return False
        self.lines.append(line)
        self.is_answered = is_end
        return True

    def _is_end(self, line: str) -> bool:
        if line == PROMPT:
            return self._wants_prompt
        return _FINAL.fullmatch(line) is not None


class Sorter:
    """Tells the answer of the pending command from what is unsolicited; joins the two lines of +CMT and +CDS."""

    def __init__(self) -> None:
        self._head: str | None = None

    def sort(self, line: str, pending: Pending | None) -> Unsolicited | None:
        """What `line` says unasked; None when it answers, or waits for its second line, or says nothing of use."""
        head, self._head = self._head, None
        if head is not None and _HEX.fullmatch(line):
            return Unsolicited(head, line)
        if pending is not None and not pending.is_answered and pending.takes(line):
            return None
        if _WITH_PDU.fullmatch(line):
            self._head = line
            return None
        return Unsolicited(line)
