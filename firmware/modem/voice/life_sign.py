"""Does any sound come from the modem at all?"""

from __future__ import annotations

from firmware.modem.errors import ModemSilent

LOOK_S = 0.1  # how long a read waits, and may keep a hang-up waiting
SILENT_MODEM_S = 3.0
_LOOKS = round(SILENT_MODEM_S / LOOK_S)


class LifeSign:
    """Counts the looks in vain, not the seconds: a box that stood still for a moment missed nothing by that."""

    def __init__(self) -> None:
        self._in_vain = 0

    def looked(self, sound: bytes) -> None:
        """A read of up to `LOOK_S` gave this; raises `ModemSilent` after too many that gave nothing."""
        self._in_vain = 0 if sound else self._in_vain + 1
        if self._in_vain > _LOOKS:
            raise ModemSilent("no sound comes from the modem")
