"""The child process that makes a clip of an uploaded recording: `import_recording IN OUT --at-most-s 60`.

An upload is whatever somebody sent, and decoders are large programs in C: so it is decoded in a process of its own with
little time and memory. OUT is a WAV file as callers hear it: mono, 8 kHz, 16 bits, without silent ends, at the level
of all clips. Prints `{"seconds": ..., "peak_dbfs": ...}`; a refusal is exit status 2 and one word on stderr: not-sound,
too-long, silent, too-short.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import sys
from pathlib import Path

import numpy as np
import soundfile

from firmware.audio.errors import BadRecording
from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.audio.shaping import Wave, shape

CPU_S = 10
ADDRESS_BYTES = 1 << 30
REFUSED = 2  # exit status
FORMATS = ("WAV", "WAVEX", "OGG", "FLAC", "MP3")
RATES_HZ = range(4000, 192_001)
MOST_CHANNELS = 8
SILENT_PEAK = 10 ** (-50 / 20)  # of full scale: a microphone's own noise is below
LEAST_S = 0.2

NOT_SOUND, TOO_LONG, SILENT, TOO_SHORT = "not-sound", "too-long", "silent", "too-short"


class NotTaken(Exception):
    """The recording is no clip; `reason` is one of the words of this module's description."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clip_of_upload(file: Path, at_most_s: float) -> Sound:
    """The clip that an uploaded file holds; raises `NotTaken`."""
    try:
        with soundfile.SoundFile(file) as upload:
            if upload.format not in FORMATS or upload.samplerate not in RATES_HZ or upload.channels > MOST_CHANNELS:
                raise NotTaken(NOT_SOUND)
            wave, rate_hz = _read(upload, at_most_s), upload.samplerate
    except (soundfile.LibsndfileError, OSError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        raise NotTaken(NOT_SOUND) from error
    if not len(wave) or float(np.abs(wave).max()) < SILENT_PEAK:
        raise NotTaken(SILENT)
    try:
        clip = shape(wave, rate_hz)
    except BadRecording as error:
        raise NotTaken(SILENT) from error
    if len(clip) < LEAST_S * SAMPLE_RATE_HZ:
        raise NotTaken(TOO_SHORT)
    return clip


def keep(clip: Sound, target: Path) -> None:
    """Write the WAV file, wholly or not at all."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            part.chmod(0o600)
            soundfile.write(stream, clip, SAMPLE_RATE_HZ, format="WAV", subtype="PCM_16")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _read(upload: soundfile.SoundFile, at_most_s: float) -> Wave:
    """All of it as one channel, a second at a time: a header may lie about the length."""
    seconds, frames = [], 0
    while len(block := upload.read(upload.samplerate, dtype="float32", always_2d=True)):
        frames += len(block)
        if frames > at_most_s * upload.samplerate:
            raise NotTaken(TOO_LONG)
        seconds.append(np.clip(np.nan_to_num(block.mean(axis=1)), -1.0, 1.0))
    return np.concatenate(seconds) if seconds else np.zeros(0, np.float32)


def main() -> int:
    parser = argparse.ArgumentParser(prog="import_recording", description=__doc__)
    parser.add_argument("source", type=Path, metavar="IN")
    parser.add_argument("target", type=Path, metavar="OUT")
    parser.add_argument("--at-most-s", type=float, default=60.0)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    reasons = os.fdopen(os.dup(2), "w")
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # decoders write there what they think of a file
    try:
        clip = clip_of_upload(options.source, options.at_most_s)
        keep(clip, options.target)
    except NotTaken as refusal:
        print(refusal.reason, file=reasons, flush=True)
        return REFUSED
    peak = int(np.abs(clip.astype(np.int32)).max())
    figures = {"seconds": round(len(clip) / SAMPLE_RATE_HZ, 2), "peak_dbfs": round(20 * math.log10(peak / 32768), 1)}
    print(json.dumps(figures))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
