"""One voice state of the modem (+VTX, +VRX, +VTR), from its CONNECT to its end."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from firmware.audio.port import Sound
from firmware.modem.virtual.tones import SILENCE, TICK_SAMPLES
from firmware.modem.virtual.voice_modem.sample_codecs import Codec
from firmware.modem.virtual.voice_modem.stream import PlayOut, SamplesReceived, StreamEvent


class Direction(StrEnum):
    """Which way sound flows."""

    TRANSMIT = "+VTX"
    RECEIVE = "+VRX"
    DUPLEX = "+VTR"


class VoiceStream:
    """Plays what the host sends and decides when the state is over.

    What is played in a tick was taken out of the buffer when the tick began: the host can't change it any more.
    """

    def __init__(self, direction: Direction, codec: Codec, play_out_bytes: int) -> None:
        self.direction = direction
        self.codec = codec
        self._play_out = PlayOut(play_out_bytes, TICK_SAMPLES * codec.sample_bytes)
        self._converting = SILENCE
        self._has_begun = False  # the host has sent sound: before it hears some, it may send none
        self._is_dry = False
        self._is_losing = False
        self._is_ending = False
        self._is_paused = False
        self._is_stopped = False

    @property
    def receives(self) -> bool:
        return self.direction is not Direction.TRANSMIT

    @property
    def is_over(self) -> bool:
        """The state was ended and what had to be played has been played."""
        return self._is_stopped or (self._is_ending and not len(self._play_out) and self._converting is SILENCE)

    @property
    def waits_for_host(self) -> bool:
        """Whether the next tick will run dry although the host has been sending."""
        flows = self._has_begun and not (self._is_dry or self._is_ending or self._is_paused)
        return flows and self._play_out.would_run_dry

    def host_said(self, event: StreamEvent) -> str:
        """Obey the host; returns event codes for it."""
        if isinstance(event, SamplesReceived):
            return self._add(event.data)
        match event.code:
            case 0x03 if self.direction is not Direction.RECEIVE:  # ETX
                self._is_ending = True
            case 0x18:  # CAN
                self._play_out.flush()
            case 0x21 | 0x5E if self.receives:  # "!" and "^"
                self._is_stopped = True
            case 0x70:  # "p"
                self._is_paused = True
            case 0x72:  # "r"
                self._is_paused = False
        return ""

    def next_tick(self) -> tuple[Sound, str]:
        """10 ms toward the line, and event codes for the host."""
        sound = self._converting
        self._converting, codes = self._load()
        return sound, codes

    def _add(self, data: bytes) -> str:
        if self.direction is Direction.RECEIVE or self._is_ending:
            return ""
        self._has_begun = True
        lost, was_losing = self._play_out.put(data), self._is_losing
        self._is_losing = lost > 0
        return "Y" if self._is_losing and not was_losing else ""

    def _load(self) -> tuple[Sound, str]:
        if self.direction is Direction.RECEIVE or self._is_paused:
            return SILENCE, ""
        data = self._play_out.take()
        was_dry, self._is_dry = self._is_dry, len(data) < TICK_SAMPLES * self.codec.sample_bytes
        sound = self._decode(data) if data else SILENCE
        return sound, "u" if self._is_dry and not was_dry and not self._is_ending else ""

    def _decode(self, data: bytes) -> Sound:
        whole = data[: len(data) // self.codec.sample_bytes * self.codec.sample_bytes]
        sound = self.codec.decode(whole)
        return sound if len(sound) == TICK_SAMPLES else np.concatenate((sound, SILENCE[len(sound) :]))
