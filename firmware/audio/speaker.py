"""Prompts as sound: fragments of the catalogue, each with its clip."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import numpy as np

from firmware.audio.clips import PAUSE_S, ClipStore
from firmware.audio.errors import SpeechError
from firmware.audio.music import MusicSource, music
from firmware.audio.player import silence
from firmware.audio.port import Sound
from firmware.language.catalogue import Catalogue, Fragment, Prompt
from firmware.language.speaking import voice_for
from firmware.language.values import Language

log = logging.getLogger(__name__)

WRITING_PAUSE_S = 0.2  # after each digit of a code: a slow hand keeps up


class Speaker:
    """Speaks the prompts of one catalogue with the voices of one store of clips."""

    def __init__(self, clips: ClipStore, catalogue: Catalogue) -> None:
        self._clips, self._catalogue = clips, catalogue

    def sounds(self, prompts: Iterable[Prompt], language: Language) -> list[list[Sound]]:
        """The clips of each prompt, for a `PromptSource`."""
        return sounds([self._catalogue.fragments(prompt, language) for prompt in prompts], language, self._clips)

    def music(self) -> MusicSource:
        """For one caller who waits: the clinic's own, or the box's."""
        return music(self._clips.hold_music)


def sounds(prompts: list[list[Fragment]], language: Language, clips: ClipStore) -> list[list[Sound]]:
    """The clips of the prompts; a clip that cannot be made is a pause, and logged."""
    return [[_clip(fragment, language, clips) for fragment in prompt] for prompt in prompts]


def _clip(fragment: Fragment, language: Language, clips: ClipStore) -> Sound:
    voice = voice_for(fragment.text, language)
    try:
        if (recorded := clips.recorded(fragment.file)) is not None:
            return recorded
        sound = (
            clips.unkept(fragment.text, voice)
            if fragment.is_private
            else clips.clip(fragment.text, voice, fragment.key)
        )
        return np.concatenate([sound, silence(WRITING_PAUSE_S)]) if fragment.is_to_write_down else sound
    except SpeechError as error:
        log.error("a prompt has a gap: %s", "private words" if fragment.is_private else error)
        return silence(PAUSE_S)
