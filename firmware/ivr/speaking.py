"""A turn as spoken sound: its prompts, then each announced key as "<label>, press <key>"."""

from __future__ import annotations

import logging

import numpy as np

from firmware.audio.clips import PAUSE_S, ClipStore
from firmware.audio.errors import SpeechError
from firmware.audio.player import silence
from firmware.audio.port import Sound
from firmware.ivr.turn import Option, Turn, WantKey
from firmware.language.catalogue import Catalogue, Fragment, Prompt, joined
from firmware.language.speaking import voice_for
from firmware.language.values import Code, Language

log = logging.getLogger(__name__)

WRITING_PAUSE_S = 0.2  # after each digit of a code: a slow hand keeps up


def spoken_prompts(turn: Turn, language: Language, catalogue: Catalogue) -> list[list[Fragment]]:
    """The turn as prompts, each a row of fragments."""
    prompts = [catalogue.fragments(prompt, language) for prompt in turn.says]
    options = turn.want.options if isinstance(turn.want, WantKey) else ()
    return prompts + [_option(option, language, catalogue) for option in options if option.spoken]


def words(turn: Turn, language: Language, catalogue: Catalogue) -> str:
    """What the turn says, as one line for the journal and for people."""
    return " ".join(joined(prompt, language) for prompt in spoken_prompts(turn, language, catalogue))


def sounds(prompts: list[list[Fragment]], language: Language, clips: ClipStore) -> list[list[Sound]]:
    """The clips of the prompts; a clip that cannot be made is a pause, and logged."""
    return [[_clip(fragment, language, clips) for fragment in prompt] for prompt in prompts]


def _clip(fragment: Fragment, language: Language, clips: ClipStore) -> Sound:
    try:
        sound = clips.clip(fragment.text, voice_for(fragment.text, language), fragment.key)
        return np.concatenate([sound, silence(WRITING_PAUSE_S)]) if fragment.is_to_write_down else sound
    except SpeechError as error:
        log.error("a prompt has a gap: %s", error)
        return silence(PAUSE_S)


def _option(option: Option, language: Language, catalogue: Catalogue) -> list[Fragment]:
    press = Prompt("voice.press", {"key": Code(option.key)})
    return catalogue.fragments(option.label, language) + catalogue.fragments(press, language)
