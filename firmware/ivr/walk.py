"""Walk a flow with the keyboard before it answers a real line.

Everything is said as text: one line for each prompt, one for each key. Type keys, an empty line for silence,
`hang` to hang up.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from firmware.clinic import holds
from firmware.clinic.profile import ClinicProfile
from firmware.ivr.catalogue import prompts
from firmware.ivr.machine import Machine
from firmware.ivr.state import State
from firmware.ivr.turn import Answer, Finished, Keys, Nothing, Recorded, Turn, WantDigits, WantKey, WantRecording
from firmware.ivr.visit import VOICE, Visit
from firmware.language.catalogue import Catalogue
from firmware.language.values import Language
from firmware.storage.ledger import Ledger

HANG_UP = "hang"
Ask = Callable[[str], str]
Show = Callable[[str], None]


def read_aloud(turn: Turn, language: Language, catalogue: Catalogue) -> Iterator[str]:
    """A turn as lines: what is said, then each key that is announced."""
    for prompt in turn.says:
        yield catalogue.spoken(prompt, language)
    if isinstance(turn.want, WantKey):
        for option in turn.want.options:
            if option.spoken:
                yield f"[{option.key}] {catalogue.spoken(option.label, language)}"


def walk(
    machine: Machine,
    ledger: Ledger,
    profile: ClinicProfile,
    *,
    now: datetime,
    number: str | None,
    language: Language,
    ask: Ask,
    show: Show,
) -> State:
    """Hold one conversation: `ask(hint)` gives what the person types, `show(line)` prints; returns the last state.

    The ledger is the real one given: what is booked here is booked. Each answer takes 5 s of wall time.
    """
    holder = f"walk/{now:%Y%m%d%H%M%S}"
    moments = (now + timedelta(seconds=5 * turn) for turn in itertools.count())

    @contextmanager
    def visit() -> Iterator[Visit]:
        with ledger.transaction() as tx:
            yield Visit(tx, next(moments), profile, VOICE, holder, number)

    try:
        with visit() as first:
            state, turn = machine.start(first, language)
        while (answer := _answer_to(turn, state.language, ask, show)) is not None:
            with visit() as following:
                state, turn = machine.resume(state, answer, following)
        return state
    finally:
        with ledger.transaction() as tx:
            holds.release_all(tx, holder)


def _answer_to(turn: Turn, language: Language, ask: Ask, show: Show) -> Answer | None:
    """What the person answers to the turn; None at its end."""
    for line in read_aloud(turn, language, prompts()):
        show(line)
    if isinstance(turn.want, Finished):
        return None
    typed = ask(f"{turn.node} {_hint(turn)}> ")
    return None if typed == HANG_UP else _answer(typed, turn)


def _answer(typed: str, turn: Turn) -> Answer:
    if isinstance(turn.want, WantRecording):
        return Recorded(Path("typed"), float(len(typed))) if typed else Nothing()
    if typed == "#":
        return Keys("")
    return Keys(typed.removesuffix("#")) if typed else Nothing()


def _hint(turn: Turn) -> str:
    match turn.want:
        case WantDigits(least, most):
            return f"({least}-{most} digits)"
        case WantRecording():
            return "(speak)"
    return ""
