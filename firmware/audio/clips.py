"""Clips: the sound of each fragment, from a staff recording, the cache, or a speech engine, in this order.

Recordings lie in `<recordings>/<language>/<fragment key, or for the words of a value their text>.wav`. The cache
names a file after everything that made its sound, so a changed text, voice or recording makes a new one; it can be
deleted at any time. Its index.jsonl tells which text each file holds.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile

from firmware.audio.errors import BadRecording, SpeechError
from firmware.audio.player import silence
from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.audio.shaping import clip_of
from firmware.audio.speech import Engine
from firmware.language.catalogue import Fragment
from firmware.language.speaking import is_pause
from firmware.language.values import Language
from firmware.storage.folders import HOLD_MUSIC

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE_S = 0.25
_MEMORY_BYTES = 16_000_000  # 1000 s of sound
_SHAPING = "1"  # part of each name: raise it when `shaping` changes what it makes
_LONGEST_FILE_NAME = 120  # bytes


class ClipStore:
    """The clips of a box; may be asked from any thread."""

    def __init__(
        self, folder: Path, engines: Sequence[Engine], recordings: Path | None = None, messages: Path | None = None
    ) -> None:
        self._folder = folder
        self._engines = engines
        self._recordings = recordings
        self._messages = messages
        self._memory: OrderedDict[str, Sound] = OrderedDict()
        self._memory_bytes = 0
        self._logged: set[str] = set()
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._index = _Index(folder / "index.jsonl")

    def clip(self, text: str, language: Language, key: str | None = None) -> Sound:
        """The sound of a fragment, read-only; raises `SpeechError` if no engine can make it.

        At once from memory, some ms from disk, a tenth of a second and more if it must be made.
        """
        return silence(PAUSE_S) if is_pause(text) else self._made(text, language, key)[1]

    def unkept(self, text: str, language: Language) -> Sound:
        """The sound of words for one pair of ears: made anew each time, for neither memory nor disk is to hold it."""
        if is_pause(text):
            return silence(PAUSE_S)
        return self._by_an_engine(language, lambda engine, _: engine.synthesise(text, language))

    def recorded(self, file: str) -> Sound | None:
        """What lies in the folder of messages under this name, if it is there and whole; it is not kept either."""
        return _read(self._messages / file) if self._messages is not None and file else None

    @property
    def hold_music(self) -> Path | None:
        """Where the clinic's own music for callers who wait lies, if it has any."""
        return self._recordings / HOLD_MUSIC if self._recordings is not None else None

    def file(self, text: str, language: Language, key: str | None = None) -> Path:
        """The WAV file in the clips' folder that holds the sound of a fragment; raises `SpeechError` as `clip` does."""
        if is_pause(text):
            raise SpeechError("there is nothing to say")
        name, sound = self._made(text, language, key)
        file = self._folder / f"{name}.wav"
        if not file.is_file():  # memory outlives a cache that was cleared
            _write(file, sound)
        if not file.is_file():
            raise SpeechError("the clip can't be kept: is the disk full?")
        return file

    def clips(self, fragments: Iterable[Fragment], language: Language) -> list[Sound]:
        """The clips of a spoken prompt."""
        return [self.clip(each.text, language, each.key) for each in fragments]

    def warm(
        self,
        fragments: Iterable[tuple[Fragment, Language]],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> int:
        """Make every clip that is missing, several at a time; returns how many could not be made.

        `progress(done, total)` is called in this thread.
        """
        wanted = list(dict.fromkeys(fragments))
        failed = 0
        with ThreadPoolExecutor(os.cpu_count(), "clips") as pool:
            jobs = [pool.submit(self.clip, each.text, language, each.key) for each, language in wanted]
            for done, job in enumerate(as_completed(jobs), start=1):
                if isinstance(error := job.exception(), SpeechError):
                    failed += 1
                    log.warning("a clip could not be made: %s", error)
                elif error is not None:
                    raise error
                progress(done, len(wanted))
        return failed

    def _made(self, text: str, language: Language, key: str | None) -> tuple[str, Sound]:
        """The name of a clip and its sound."""
        recording = self._recording(key or text, language)
        if recording is not None:
            try:
                return self._made_once(_recording_name(recording), text, language, lambda: clip_of(recording))
            except (BadRecording, OSError) as error:
                self._log_once("staff recording %s/%s: %s", language, recording.name, error)
        return self._synthesised(text, language)

    def _synthesised(self, text: str, language: Language) -> tuple[str, Sound]:
        def make(engine: Engine, voice: str) -> tuple[str, Sound]:
            name = _hash(engine.name, voice, _SHAPING, text)
            return self._made_once(name, text, language, lambda: engine.synthesise(text, language))

        return self._by_an_engine(language, make)

    def _by_an_engine(self, language: Language, make: Callable[[Engine, str], T]) -> T:
        """What the first engine makes (of its voice) that can; raises `SpeechError`."""
        failure = SpeechError(f"no engine speaks {language!r}")
        for engine in self._engines:
            voice = engine.voice(language)
            if voice is None:
                continue
            try:
                return make(engine, voice)
            except SpeechError as error:
                self._log_once("speech engine %s: %s", engine.name, error)
                failure = error
        raise failure

    def _log_once(self, message: str, *details: object) -> None:
        if (fault := message % details) not in self._logged:
            self._logged.add(fault)
            log.warning("%s", fault)

    def _recording(self, name: str, language: Language) -> Path | None:
        if self._recordings is None or not _is_file_name(name):
            return None
        file = self._recordings / language / f"{name}.wav"
        return file if file.is_file() else None

    def _made_once(self, name: str, text: str, language: Language, make: Callable[[], Sound]) -> tuple[str, Sound]:
        with self._lock:
            if name in self._memory:
                self._memory.move_to_end(name)
                return name, self._memory[name]
        file = self._folder / f"{name}.wav"
        sound = _read(file)
        if sound is None:
            sound = make()
            _write(file, sound)
            self._index.add(file.name, language, text)
        return name, self._remembered(name, sound)

    def _remembered(self, name: str, sound: Sound) -> Sound:
        sound.flags.writeable = False
        with self._lock:
            if name not in self._memory:
                self._memory_bytes += sound.nbytes
            self._memory[name] = sound
            while self._memory_bytes > _MEMORY_BYTES:
                _, oldest = self._memory.popitem(last=False)
                self._memory_bytes -= oldest.nbytes
        return sound


class _Index:
    """Which text each cached file holds, one JSON object a line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known = set(_indexed_files(file))
        self._end_last_line()

    def add(self, name: str, language: Language, text: str) -> None:
        line = json.dumps({"file": name, "language": language, "text": text}, ensure_ascii=False)
        with self._lock:
            if name not in self._known:
                self._known.add(name)
                with self._file.open("a", encoding="utf-8") as stream:
                    stream.write(line + "\n")

    def _end_last_line(self) -> None:
        """A power cut may have cut the last line short: what comes next must not be joined to it."""
        if self._file.exists() and not self._file.read_bytes().endswith(b"\n"):
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write("\n")


def _indexed_files(file: Path) -> Iterable[str]:
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield json.loads(line)["file"]
        except (ValueError, KeyError, TypeError):
            continue  # a line that a power cut has cut short: its clip is listed again when it is made again


def _recording_name(file: Path) -> str:
    status = file.stat()
    return _hash("recording", str(file), str(status.st_mtime_ns), str(status.st_size), _SHAPING)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _is_file_name(name: str) -> bool:
    return (
        "/" not in name
        and not name.startswith(".")
        and name.isprintable()
        and len(name.encode("utf-8", "replace")) <= _LONGEST_FILE_NAME
    )


def _read(file: Path) -> Sound | None:
    """A cached clip, or None if it is missing or damaged (cut short, empty, of another kind)."""
    try:
        content = file.read_bytes()
        if int.from_bytes(content[4:8], "little") + 8 != len(content):
            return None
        sound, rate_hz = soundfile.read(io.BytesIO(content), dtype="int16")
    except (OSError, RuntimeError):
        return None
    return np.asarray(sound, np.int16) if rate_hz == SAMPLE_RATE_HZ and sound.ndim == 1 and len(sound) else None


def _write(file: Path, sound: Sound) -> None:
    """All or nothing: a reader never sees half a clip. A full disk costs the cache, not the call."""
    part = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
    try:
        soundfile.write(part, sound, SAMPLE_RATE_HZ, format="WAV", subtype="PCM_16")
        part.replace(file)
    except (OSError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        log.warning("the clip cache cannot be written: %s", error)
