"""The voice side of a virtual GSM module: it rings, tells who calls, and can be refused."""

from __future__ import annotations

from collections.abc import Callable

from firmware.modem.virtual.gsm_module.terminal import CommandError, Handler

RING_CYCLE_S = 5.0
_NOT_ALLOWED = 3


class RingingCall:
    """At most one call, which rings until the caller gives up or the box refuses it.

    `on_refused` is what the exchange wants to be told; ringing begins with `ring` and ends with `stop`.
    """

    def __init__(self, unsolicited: Callable[[str], None]) -> None:
        self._unsolicited = unsolicited
        self._on_refused: Callable[[], None] | None = None
        self._caller: str | None = None
        self._next_ring = 0.0
        self.reset()

    def reset(self) -> None:
        """As after power on: no call, plain RING, no caller id."""
        self._on_refused = None
        self._extended = False
        self._tells_caller = False

    @property
    def is_ringing(self) -> bool:
        return self._on_refused is not None

    def ring(self, caller: str | None, on_refused: Callable[[], None]) -> None:
        """Somebody calls; `caller` is None when withheld."""
        self._caller, self._on_refused, self._next_ring = caller, on_refused, 0.0

    def stop(self) -> None:
        """The caller gave up."""
        if self.is_ringing:
            self._on_refused = None
            self._unsolicited("MISSED_CALL: 00:00AM " + (self._caller or ""))
            self._unsolicited("NO CARRIER")

    def tick(self, now: float) -> None:
        if not self.is_ringing or now < self._next_ring:
            return
        self._next_ring = now + RING_CYCLE_S
        # a SIM7600 ends these lines with CR CR LF
        self._unsolicited(("+CRING: VOICE" if self._extended else "RING") + "\r")
        if self._tells_caller:
            self._unsolicited(f"+CLIP: {self._identity()},,,,0\r")

    def commands(self) -> dict[str, Handler]:
        return {
            "A": self._answer, "H": self._refuse, "+CHUP": self._refuse, "+CVHU": lambda kind, _: [],
            "+CLCC": self._list, "+CLIP": self._clip, "+CRC": self._crc, "+DDET": lambda kind, _: [],
            "+VTS": lambda kind, _: [],
        }  # fmt: skip

    def _identity(self) -> str:
        if self._caller is None:
            return '"",128'
        return f'"{self._caller}",{145 if self._caller.startswith("+") else 129}'

    def _answer(self, kind: str, arguments: str) -> list[str] | None:
        raise CommandError(_NOT_ALLOWED)  # this module carries texts only

    def _refuse(self, kind: str, arguments: str) -> list[str]:
        on_refused, self._on_refused = self._on_refused, None
        if on_refused:
            on_refused()
            self._unsolicited("VOICE CALL: END: 000000")
        return []

    def _list(self, kind: str, arguments: str) -> list[str]:
        return [f"+CLCC: 1,1,4,0,0,{self._identity()}"] if self.is_ringing and kind == "" else []

    def _clip(self, kind: str, arguments: str) -> list[str]:
        if kind == "?":
            return [f"+CLIP: {int(self._tells_caller)},1"]
        self._tells_caller = arguments == "1"
        return []

    def _crc(self, kind: str, arguments: str) -> list[str]:
        if kind == "?":
            return [f"+CRC: {int(self._extended)}"]
        self._extended = arguments == "1"
        return []
