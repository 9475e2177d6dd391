"""One open serial device, owned by one thread: bytes in, bytes out, every way it can fail told in the field's words.

pyserial opens and configures; reading and writing go straight to its descriptor, because its own loops cost
three system calls and ten times the time per chunk.
"""

from __future__ import annotations

import errno
import os
import select
import termios
from pathlib import Path
from types import TracebackType

import serial

from firmware.clock import Clock, Deadline
from firmware.modem.errors import LineUnplugged, ModemSilent, PortTaken

BAUD = 115_200  # over 80 000, what 8-bit sound at 8 kHz needs on a real UART (vgetty's rule)
WRITE_TIMEOUT_S = 1.0
READ_LIMIT = 65_536
_KERNEL_PIECE = 64  # Linux gives no more at once while it gathers larger chunks (n_tty_read), whatever has arrived
_DTR_LOW_S = 1.0  # some modems need a second or two before they take commands again

_NO_SUCH_CONTROL = (errno.ENOTTY, errno.EINVAL, errno.EOPNOTSUPP)


class SerialDevice:
    """A serial port that is open from the start; raises `LineUnplugged` once the device is gone."""

    def __init__(self, device: Path, clock: Clock) -> None:
        self._clock = clock
        try:
            self._serial = serial.Serial(str(device), BAUD, timeout=0, exclusive=True)
        except serial.SerialException as error:
            raise _open_error(device, error) from error
        except (OSError, termios.error) as error:
            raise LineUnplugged(f"{device.name} cannot be opened") from error
        self._descriptor: int = self._serial.fileno()
        self._readable = select.poll()
        self._readable.register(self._descriptor, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._descriptor, select.POLLOUT)
        self._chunk = 1

    def __enter__(self) -> SerialDevice:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; waits at most `timeout_s` for a chunk of it, then gives what there is, perhaps b""."""
        waiting = self._readable.poll(self._clock.real_s(timeout_s) * 1000)
        data = b""
        try:
            while len(data) < READ_LIMIT and (piece := os.read(self._descriptor, READ_LIMIT)):
                data += piece
                if len(piece) != _KERNEL_PIECE:
                    break
        except BlockingIOError:
            return data
        except OSError as error:
            raise LineUnplugged("the device is gone") from error
        if not data and waiting:
            raise LineUnplugged("the device is gone")
        return data

    def write(self, data: bytes) -> None:
        """Hand over all of `data`; raises `ModemSilent` when the modem takes nothing for a second."""
        try:
            done = os.write(self._descriptor, data)
        except BlockingIOError:
            done = 0
        except OSError as error:
            raise LineUnplugged("the device is gone") from error
        if done < len(data):
            self._write_slowly(data[done:])

    def _write_slowly(self, data: bytes) -> None:
        deadline = Deadline(self._clock, WRITE_TIMEOUT_S)
        while data:
            if deadline.is_over:
                raise ModemSilent("the modem takes no data")
            self._writable.poll(self._clock.real_s(deadline.remaining_s) * 1000)
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise LineUnplugged("the device is gone") from error

    def read_in_chunks_of(self, count: int) -> None:
        """Let the kernel gather at least `count` bytes (1-255) before `read` returns early: fewer wake-ups.

        Linux honours VMIN in poll() when VTIME is 0 (n_tty_poll).
        """
        if count == self._chunk:
            return
        try:
            settings = termios.tcgetattr(self._descriptor)
            settings[6][termios.VMIN] = count
            settings[6][termios.VTIME] = 0
            termios.tcsetattr(self._descriptor, termios.TCSANOW, settings)
        except termios.error as error:
            raise LineUnplugged("the device is gone") from error
        self._chunk = count

    def hang_up_by_dtr(self) -> None:
        """Drop DTR for a second: with &D2 the modem hangs up and forgets what it was doing (V.250 6.2.8)."""
        try:
            self._serial.dtr = False
            self._clock.sleep(_DTR_LOW_S)
            self._serial.dtr = True
        except OSError as error:
            if error.errno not in _NO_SUCH_CONTROL:  # pseudo-terminals have no DTR
                raise LineUnplugged("the device is gone") from error

    def close(self) -> None:
        """Give the device back; harmless when done already or when it is gone."""
        self._serial.close()


def _open_error(device: Path, error: serial.SerialException) -> LineUnplugged | PortTaken:
    if error.errno == errno.EWOULDBLOCK or "exclusively lock" in str(error):
        return PortTaken(f"another program holds {device.name}")
    return LineUnplugged(
        f"{device.name} is not there" if error.errno == errno.ENOENT else f"{device.name} cannot be opened"
    )
