"""The clips that the box may play, as a virtual phone knows them: the clip store's folder, read again as it grows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

from firmware.modem.virtual.hearing.fingerprints import HeadIndex, KnownClip, Match
from firmware.modem.virtual.hearing.tape import Samples
from firmware.modem.virtual.plans import CountryPlan, load_plan

INDEX = "index.jsonl"


class Ear:
    """Knows the clips of a folder (`index.jsonl` with file, language and text a line; wav files at 8 kHz)."""

    def __init__(self, library: Path, country: str = "cn") -> None:
        self.plan: CountryPlan = load_plan(country)
        self._index_file = library / INDEX
        self._read = 0
        self._clips: dict[tuple[str, bytes], KnownClip] = {}
        self._index = HeadIndex([])
        self.refresh()

    def __len__(self) -> int:
        return len(self._clips)

    def refresh(self) -> bool:
        """Learn the clips that were added since; whether there were any."""
        entries = self._new_entries()
        for entry in entries:
            self._learn(entry["text"], entry["language"], self._index_file.parent / entry["file"])
        if entries:
            self._index = HeadIndex(list(self._clips.values()))
        return bool(entries)

    def search(self, sound: Samples, noise_power: float) -> list[Match]:
        """The places of `sound` (`SEARCHED` samples) that are most like the beginning of some clip."""
        return self._index.search(sound, noise_power)

    def _new_entries(self) -> list[dict[str, str]]:
        if not self._index_file.exists() or self._index_file.stat().st_size == self._read:
            return []
        with self._index_file.open("rb") as file:
            file.seek(self._read)
            lines = file.read()
        whole = lines[: lines.rfind(b"\n") + 1]  # the clip store may be writing the last line
        self._read += len(whole)
        return [json.loads(line) for line in whole.splitlines()]

    def _learn(self, text: str, language: str, file: Path) -> None:
        sound, _ = soundfile.read(file, dtype="int16")
        same = (language, sound.tobytes())
        known = self._clips.get(same)
        texts = (text,) if known is None else (*known.texts, text)
        self._clips[same] = KnownClip(texts, language, sound.astype(np.float32))
