"""The modem's end of a cable: a pseudo-terminal under a stable name, with faults that can be switched on."""

from __future__ import annotations

import os
import random
import select
import tty
from collections import deque
from enum import StrEnum
from pathlib import Path

READ_BYTES = 65_536
BACKLOG_BYTES = 65_536
LATE_S = 3.0
GARBLED_SHARE = 0.1
GARBAGE_EVERY_S = 0.5


class Fault(StrEnum):
    """What can be wrong with a device, as its host sees it."""

    MUTE = "mute"
    GARBLE = "garble"
    UNPLUG = "unplug"
    LATE = "late"
    LOSE_UNSOLICITED = "lose-unsolicited"
    RESET = "reset"  # of a moment: its power blinked, its port is still there


class Terminal:
    """A pseudo-terminal whose slave side `link` points to while it is plugged in."""

    def __init__(self, link: Path, seed: int = 0) -> None:
        self.link = link
        self.faults: set[Fault] = set()
        self.late_s = LATE_S
        self.host_is_there = False
        self.master: int | None = None
        self._random = random.Random(seed)
        self._backlog = bytearray()
        self._late: deque[tuple[float, bytes]] = deque()
        self._now = 0.0
        self._next_garbage = 0.0
        self._poll = select.poll()
        self._has_left = False

    @property
    def is_full(self) -> bool:
        """Whether the host has not read for a long time."""
        return len(self._backlog) > BACKLOG_BYTES

    def plug_in(self) -> None:
        """Appear as a new device under the same name."""
        self.master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        self._poll.register(self.master, 0)
        name = os.ttyname(slave)
        os.close(slave)
        temporary = self.link.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(name)
        temporary.replace(self.link)

    def unplug(self) -> None:
        """Vanish: the host's next read or write fails."""
        self.link.unlink(missing_ok=True)
        self._backlog.clear()
        self._late.clear()
        self.host_is_there = False
        if self.master is not None:
            self._poll.unregister(self.master)
            os.close(self.master)
            self.master = None

    def read(self) -> bytes:
        """What the host wrote, maybe nothing."""
        if self.master is None or not self.host_is_there:
            return b""
        try:
            return os.read(self.master, READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError:  # the host closed the port
            self._lose_host()
            return b""

    def host_has_left(self) -> bool:
        """Look whether a host has the port open; True once when one has closed it."""
        if self.master is not None:
            is_there = not self._poll.poll(0)
            if self.host_is_there and not is_there:
                self._lose_host()
            self.host_is_there = is_there
        has_left, self._has_left = self._has_left, False
        return has_left

    def send(self, data: bytes) -> None:
        """Send to the host, as well as the faults allow; nobody hears it while no host is there."""
        if not self.host_is_there or Fault.MUTE in self.faults:
            return
        if Fault.GARBLE in self.faults:
            data = self._garbled(data)
        if Fault.LATE in self.faults or self._late:
            self._late.append((self._now + self.late_s, data))
        else:
            self._write(data)

    def tick(self, now: float) -> None:
        """Box time is `now` seconds: send what is due."""
        self._now = now
        while self._late and self._late[0][0] <= now:
            self._write(self._late.popleft()[1])
        if Fault.GARBLE in self.faults and now >= self._next_garbage:
            self._next_garbage = now + GARBAGE_EVERY_S
            self._write(self._random.randbytes(self._random.randint(1, 40)))
        if self._backlog:
            self._write(b"")

    def _lose_host(self) -> None:
        self.host_is_there = False
        self._has_left = True
        self._backlog.clear()
        self._late.clear()

    def _write(self, data: bytes) -> None:
        if self.master is None or not self.host_is_there:
            return
        self._backlog += data
        try:
            written = os.write(self.master, self._backlog)
        except BlockingIOError:
            return
        except OSError:  # the host closed the port meanwhile
            written = len(self._backlog)
        del self._backlog[:written]

    def _garbled(self, data: bytes) -> bytes:
        return bytes(self._random.randrange(256) if self._random.random() < GARBLED_SHARE else byte for byte in data)
