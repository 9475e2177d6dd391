"""Says back what it hears, a second later: whether somebody's microphone and loudspeaker reach the box."""

from __future__ import annotations

import socket
from collections import deque

from firmware.control.sound import FRAMES_PER_S, SoundStream, StreamEnded
from firmware.threads import Worker

LATER_FRAMES = FRAMES_PER_S


def open_echo() -> SoundStream:
    """A stream whose other end is an echo; it ends with the stream."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    echo = SoundStream(theirs)
    Worker("echo", lambda _: _say_back(echo), on_death=lambda _: echo.close()).start()
    return SoundStream(ours)


def _say_back(stream: SoundStream) -> None:
    kept: deque[bytes] = deque()
    while (frame := stream.receive()) is not None:
        kept.append(frame)
        if len(kept) <= LATER_FRAMES:
            continue
        try:
            stream.send(kept.popleft())
        except StreamEnded:
            return
