"""Commands and their replies on a serial device; what belongs to no command is kept as unsolicited."""

from __future__ import annotations

from collections import deque

from firmware.clock import Clock, Deadline
from firmware.modem.errors import CommandRefused, ModemGarbled, ModemSilent
from firmware.modem.serial_device import SerialDevice
from firmware.modem.voice.at import AtEvent, GarbageHeard, ReplyParser, ResultCode, ResultGiven, RingHeard, TextGiven

COMMAND_TIMEOUT_S = 3.0
_SUCCESS = (ResultCode.OK, ResultCode.CONNECT, ResultCode.VOICE_CONNECT)
_UNSOLICITED_LIMIT = 64  # a burst between two looks is under ten lines
_RING_CODE = ord("R")
_REPLY_LIMIT = 200  # lines


class AtSession:
    """The command state of one modem; belongs to the line's thread."""

    def __init__(self, device: SerialDevice, clock: Clock) -> None:
        self.device = device
        self._clock = clock
        self._parser = ReplyParser()
        self._unsolicited: deque[AtEvent] = deque(maxlen=_UNSOLICITED_LIMIT)

    def ask(self, command: str, timeout_s: float = COMMAND_TIMEOUT_S) -> tuple[str, ...]:
        """Send a command that asks something; its reply's lines. Raises `CommandRefused`, `ModemSilent`."""
        self._send(command)
        return self._reply(command, timeout_s, with_text=True)

    def tell(self, command: str, timeout_s: float = COMMAND_TIMEOUT_S) -> None:
        """Send a command whose reply is a result only; lines that come meanwhile are unsolicited."""
        self._send(command)
        self._reply(command, timeout_s, with_text=False)

    def echoes(self) -> bool:
        """Whether the modem sends commands back."""
        self._parser.has_echoed = False
        self.tell("AT")
        return self._parser.has_echoed

    def connect(self, command: str) -> bytes:
        """Send a command that leads into a voice stream; the first bytes of that stream."""
        self.tell(command)
        return self._parser.take_rest()

    def drop_codes(self) -> None:
        """Forget shielded codes that came outside of a stream: they belong to no call."""
        self._parser.drop_codes()

    def take_ring(self) -> bool:
        """Whether a ring came, as text or as a code, that nobody has taken yet; what else came is kept."""
        self._keep(self._feed(self.device.read(0)))
        has_rung = RingHeard() in self._unsolicited or self._parser.holds_code(_RING_CODE)
        others = [each for each in self._unsolicited if each != RingHeard()]
        self._unsolicited.clear()
        self._unsolicited.extend(others)
        return has_rung

    def expect_ok(self, data: bytes, timeout_s: float = COMMAND_TIMEOUT_S) -> None:
        """Wait for the result that follows the end of a stream, of which `data` was read already."""
        self._reply("the end of a stream", timeout_s, with_text=False, data=data)

    def wait(self, timeout_s: float) -> list[AtEvent]:
        """Unsolicited events; waits at most `timeout_s` for the first."""
        if not self._unsolicited:
            self._keep(self._feed(self.device.read(timeout_s)))
        events = list(self._unsolicited)
        self._unsolicited.clear()
        return events

    def settle(self, quiet_s: float) -> None:
        """Throw away what the modem still says, until it is quiet."""
        deadline = Deadline(self._clock, quiet_s * 5)
        while self.device.read(quiet_s) and not deadline.is_over:
            pass
        self._parser = ReplyParser()
        self._unsolicited.clear()

    def _send(self, command: str) -> None:
        self._keep(self._feed(self.device.read(0)))  # what came before belongs to no command
        self.device.write(command.encode("ascii") + b"\r")

    def _feed(self, data: bytes) -> list[AtEvent]:
        """Whoever feeds after a CONNECT that nobody took is back in command state."""
        return self._parser.feed(self._parser.take_rest() + data if self._parser.is_connected else data)

    def _keep(self, events: list[AtEvent]) -> None:
        """Late results answer nothing; the rest waits for `wait`."""
        self._unsolicited.extend(each for each in events if not isinstance(each, ResultGiven))

    def _reply(self, command: str, timeout_s: float, *, with_text: bool, data: bytes = b"") -> tuple[str, ...]:
        deadline = Deadline(self._clock, timeout_s)
        lines: list[str] = []
        while True:
            events = self._feed(data)
            if GarbageHeard() in events:
                raise ModemGarbled(f"garbage instead of an answer to {command}")
            result = next((each.code for each in events if isinstance(each, ResultGiven)), None)
            texts = [each for each in events if isinstance(each, TextGiven) and with_text]
            lines += [each.text for each in texts][: _REPLY_LIMIT - len(lines)]
            self._keep([each for each in events if each not in texts])
            if result is not None:
                return _finish(command, result, lines)
            if deadline.is_over:
                raise ModemSilent(f"no answer to {command} within {timeout_s:g} s")
            data = self.device.read(deadline.remaining_s)


def _finish(command: str, code: ResultCode, lines: list[str]) -> tuple[str, ...]:
    if code not in _SUCCESS:
        raise CommandRefused(f"{command}: {code.value}")
    return tuple(lines)
