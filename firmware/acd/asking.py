"""Short questions to a caller at the desk, answered by one key: may we record, how was it. In the call's thread."""

from __future__ import annotations

from collections.abc import Collection

from firmware.audio.player import PromptSource
from firmware.audio.port import HungUp, KeyPressed, Port, SourceEnded
from firmware.audio.recorder import CallRecorder
from firmware.audio.speaker import Speaker
from firmware.language.catalogue import Prompt
from firmware.language.values import Language

REFUSES = "9"
REFUSAL_S = 2.0  # of silence after the notice, for a hand that has to find the key
RATING_S = 6.0
SCORES = "12345"
BY_TEXT = 0


def give_notice(port: Port, speaker: Speaker, recorder: CallRecorder, notice: str, language: Language) -> None:
    """Tell the caller by the prompt `notice` that the call is recorded; whoever presses 9 is not, from its beginning.

    A caller who refused before is not asked again.
    """
    if recorder.is_refused:
        return
    if ask_key(port, speaker, notice, language, REFUSES, REFUSAL_S):
        recorder.refuse()
        say(port, speaker, "recording.refused", language)


def ask_rating(port: Port, speaker: Speaker, language: Language, offers_text: bool = False) -> int | None:
    """What the caller thinks of the talk, 1 to 5; `BY_TEXT`: they wish to be asked by text; None: they did not say."""
    prompt, keys = ("desk.rating_or_text", f"{SCORES}{BY_TEXT}") if offers_text else ("desk.rating", SCORES)
    key = ask_key(port, speaker, prompt, language, keys, RATING_S)
    if key is None:
        return None
    say(port, speaker, "desk.rating_by_text" if int(key) == BY_TEXT else "desk.rated", language)
    return int(key)


def ask_key(
    port: Port, speaker: Speaker, prompt: str, language: Language, keys: Collection[str], patience_s: float
) -> str | None:
    """The first of `keys` that comes while the prompt is said or `patience_s` after it; other keys don't count."""
    source = PromptSource(speaker.sounds([Prompt(prompt)], language), stops_at_key=False)
    port.play(source)
    end_s = port.seconds + source.seconds + patience_s
    while (left_s := end_s - port.seconds) > 0:
        event = port.wait(left_s)
        if isinstance(event, KeyPressed) and event.key in keys:
            port.stop()
            return event.key
        if isinstance(event, HungUp):
            return None
    return None


def say(port: Port, speaker: Speaker, prompt: str, language: Language) -> None:
    """Say the prompt to its end, or until the caller hangs up."""
    source = PromptSource(speaker.sounds([Prompt(prompt)], language), stops_at_key=False)
    port.play(source)
    while not isinstance(port.wait(source.seconds + 1.0), SourceEnded | HungUp | None):
        continue
