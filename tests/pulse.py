"""Headsets where there is no sound card: a PulseAudio of the test's own, whose null sinks are ears and mouths.

The box knows a headset by an ALSA name that begins with "headset"; whoever wears it speaks into its mouth and hears
what is in its ear. Killing the server is what pulling the plug of a card is.
"""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import numpy as np

from firmware.audio.levels import tone
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.clock import Deadline, SystemClock
from firmware.threads import Worker

READY_S = 20.0
KEPT_S = 2.0

_SINK = "module-null-sink sink_name={} format=s16le rate=8000 channels=1 channel_map=mono norewinds=1"
_CONFIGURATION = """
pcm.{name} {{ type asym playback.pcm "ear_{name}" capture.pcm "mouth_{name}" }}
pcm.ear_{name} {{ type pulse server "unix:{socket}" device "{name}_ear" }}
pcm.mouth_{name} {{ type pulse server "unix:{socket}" device "{name}_mouth.monitor" }}
pcm.wearer_{name} {{ type asym playback.pcm "wearer_{name}_says" capture.pcm "wearer_{name}_hears" }}
pcm.wearer_{name}_says {{ type pulse server "unix:{socket}" device "{name}_mouth" }}
pcm.wearer_{name}_hears {{ type pulse server "unix:{socket}" device "{name}_ear.monitor" }}
"""


class Headsets:
    """The server, with these headsets. `configuration` is to be ALSA_CONFIG_PATH before the box starts."""

    def __init__(self, folder: Path, *names: str) -> None:
        self._folder, self._names = folder, names
        self._socket = folder / "native"
        self.configuration = folder / "alsa.conf"
        devices = (_CONFIGURATION.format(name=name, socket=self._socket) for name in names)
        self.configuration.write_text("</usr/share/alsa/alsa.conf>\n" + "".join(devices), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def plug_in(self) -> None:
        """Start the server; returns when it is ready."""
        sinks = [_SINK.format(f"{name}_{part}") for name in self._names for part in ("ear", "mouth")]
        modules = [*sinks, f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"]
        command = [
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=1",
            "--realtime=0", "--high-priority=0", *(word for module in modules for word in ("-L", module)),
        ]  # fmt: skip
        home = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder)}
        self._process = subprocess.Popen(command, env={**os.environ, **home}, stderr=subprocess.DEVNULL)
        deadline = Deadline(SystemClock(), READY_S)
        while not self._socket.exists():  # the protocol is the last module: all sinks are there
            assert self._process.poll() is None, "PulseAudio ended"
            assert not deadline.is_over, "PulseAudio did not start"
            SystemClock().sleep(0.02)

    def pull_out(self) -> None:
        """Kill the server: every headset is gone at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._socket.unlink(missing_ok=True)


class Wearer:
    """Whoever wears a headset: says a tone without end and keeps what they heard last."""

    def __init__(self, headset: str, hertz: float) -> None:
        import alsaaudio

        def stream(direction: int) -> Any:
            return alsaaudio.PCM(
                direction, alsaaudio.PCM_NORMAL, rate=SAMPLE_RATE_HZ, channels=1,
                format=alsaaudio.PCM_FORMAT_S16_LE, periodsize=FRAME_SAMPLES, periods=4, device=f"wearer_{headset}",
            )  # fmt: skip

        self._ear, self._mouth = stream(alsaaudio.PCM_CAPTURE), stream(alsaaudio.PCM_PLAYBACK)
        self._said = tone((hertz,), 1.0, -13.0)
        self._heard: list[Sound] = []
        self._workers = [  # each dies when the plug is pulled
            Worker("a wearer's ear", self._hear, on_death=lambda _: None).start(),
            Worker("a wearer's mouth", self._say, on_death=lambda _: None).start(),
        ]

    def _hear(self, stop: threading.Event) -> None:
        while not stop.is_set():
            length, data = self._ear.read()
            if length > 0:
                self._heard.append(np.frombuffer(data, "<i2"))
                del self._heard[: -round(KEPT_S * SAMPLE_RATE_HZ / FRAME_SAMPLES)]

    def _say(self, stop: threading.Event) -> None:
        at = 0
        while not stop.is_set():
            self._mouth.write(self._said[at : at + FRAME_SAMPLES].tobytes())
            at = (at + FRAME_SAMPLES) % SAMPLE_RATE_HZ

    def heard(self, seconds: float) -> Sound:
        """What was heard in the last moment."""
        last = list(self._heard)[-round(seconds * SAMPLE_RATE_HZ / FRAME_SAMPLES) :]
        return np.concatenate(last) if last else np.zeros(0, np.int16)

    def takes_it_off(self) -> None:
        """Neither speak nor hear any more; also when the headset was pulled out meanwhile."""
        for worker in self._workers:
            worker.stop()
        self._ear.close()
        self._mouth.close()
