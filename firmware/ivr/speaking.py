"""What a turn says: its prompts, then each announced key as "<label>, press <key>"."""

from __future__ import annotations

from firmware.ivr.turn import Option, Turn, WantKey, WantRecording
from firmware.language.catalogue import Catalogue, Fragment, Prompt, joined
from firmware.language.values import Code, Language, Voice


def spoken_prompts(turn: Turn, language: Language, catalogue: Catalogue) -> list[list[Fragment]]:
    """The turn as prompts, each a row of fragments."""
    prompts = [catalogue.fragments(prompt, language) for prompt in turn.says]
    options = turn.want.options if isinstance(turn.want, WantKey) else ()
    return prompts + [_option(option, language, catalogue) for option in options if option.spoken]


def words(turn: Turn, language: Language, catalogue: Catalogue) -> str:
    """What the turn says, as one line for the journal and for people; dots for what is private."""
    prompts = [[_public(each) for each in prompt] for prompt in spoken_prompts(turn, language, catalogue)]
    return " ".join(joined(prompt, language) for prompt in prompts)


def is_private(turn: Turn) -> bool:
    """Whether it says what only the caller may hear, or records what only one box may hold."""
    if isinstance(turn.want, WantRecording) and turn.want.is_private:
        return True
    return any(isinstance(value, Voice) and value.is_private for each in turn.says for value in each.values.values())


def _public(fragment: Fragment) -> Fragment:
    return Fragment("…") if fragment.is_private else fragment


def _option(option: Option, language: Language, catalogue: Catalogue) -> list[Fragment]:
    press = Prompt("voice.press", {"key": Code(option.key)})
    return catalogue.fragments(option.label, language) + catalogue.fragments(press, language)
