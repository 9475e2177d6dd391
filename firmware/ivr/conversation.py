"""A dialogue under way: each answer is one transaction, and what it did is committed before the next turn is said."""

from __future__ import annotations

import logging
from collections.abc import Callable

from firmware.clinic import holds, people
from firmware.ivr.book import FlowBook
from firmware.ivr.catalogue import prompts
from firmware.ivr.document import FlowSet
from firmware.ivr.machine import Machine
from firmware.ivr.nodes import Plain, Voicemail
from firmware.ivr.speaking import words
from firmware.ivr.state import State
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.turn import Answer, Finished, Keys, Recorded, Turn, WantDigits, WantKey
from firmware.ivr.visit import Visit
from firmware.language.values import Language
from firmware.storage.ledger import Ledger, Transaction

log = logging.getLogger(__name__)


Note = Callable[[Transaction, str, str], None]  # writes down (kind, detail): node, said, key, chose, outcome or proved


class Conversation:
    """Runs the machine for one call."""

    def __init__(self, flows: FlowBook, ledger: Ledger, visit: Callable[[Transaction], Visit], note: Note) -> None:
        self._flows: FlowSet = flows.current()
        self._machine = Machine(self._flows, STEPS, LISTS)
        self._ledger = ledger
        self._visit = visit
        self._note = note
        self._state: State | None = None
        self._turn: Turn | None = None

    @property
    def state(self) -> State:
        """Where the dialogue stands."""
        if self._state is None:
            raise RuntimeError("the conversation has not begun")
        return self._state

    @property
    def node(self) -> str | None:
        """The node of the turn that is being carried out."""
        return self._turn.node if self._turn else None

    @property
    def is_over(self) -> bool:
        return self._turn is not None and isinstance(self._turn.want, Finished)

    @property
    def box(self) -> str | None:
        """The box into which a message goes that is being recorded; None: the clinic's shared one."""
        node = self._flows.node(self.state.address)
        box = self.state.memory.get(node.box) if isinstance(node, Voicemail) and node.box else None
        return box if isinstance(box, str) else None

    @property
    def shown_patient(self) -> int | None:
        """Who the caller has shown to be."""
        patient = _shown_patient(self.state)
        return patient if isinstance(patient, int) else None

    def begin(self, language: Language, is_slow: bool) -> Turn:
        """The first turn."""
        try:
            return self._step(lambda visit: self._machine.start(visit, language, is_slow))
        except Exception:  # whatever broke, the caller must not be left in silence
            log.exception("a dialogue broke at its beginning")
            return self._step(lambda visit: self._machine.start(visit, language, is_slow, at=self._flows.trouble))

    def answer(self, answer: Answer) -> Turn:
        """The next turn; when a step breaks, the turn that the flows have for that."""
        state, asked = self.state, self._turn
        try:
            keys, chosen = _masked(answer, asked), _chosen(answer, asked, state.language)
            return self._step(lambda visit: self._machine.resume(state, answer, visit), keys, chosen)
        except Exception:  # whatever broke, the caller must not be left in silence
            log.exception("a dialogue broke at %s", state.address)
            return self._step(lambda visit: self._machine.trouble(state, visit))

    def _step(
        self, take: Callable[[Visit], tuple[State, Turn]], keys: str | None = None, chosen: str | None = None
    ) -> Turn:
        with self._ledger.transaction() as tx:
            visit = self._visit(tx)
            holds.renew(tx, visit.profile, visit.now, visit.holder)
            if keys is not None:
                self._note(tx, "key", keys)
            if chosen is not None:
                self._note(tx, "chose", chosen)
            state, turn = take(visit)
            self._remember(visit, state)
            self._note(tx, "node", turn.node)
            self._note(tx, "said", words(turn, state.language, prompts()))
        self._state, self._turn = state, turn
        return turn

    def _remember(self, visit: Visit, state: State) -> None:
        """What was learnt of the number: its language, and that it needs more time."""
        before = self._state
        if before is not None and not visit.is_test and state.language != before.language:
            people.remember(visit.tx, visit.number, language=state.language)
        if before is not None and not visit.is_test and state.is_slow and not before.is_slow:
            people.remember(visit.tx, visit.number, slow_keys=1)
        if state.achieved and (before is None or state.achieved != before.achieved):
            self._note(visit.tx, "outcome", state.achieved)
        if before is not None and _shown_patient(state) not in (None, _shown_patient(before)):
            self._note(visit.tx, "proved", "card" if "pin" in state.memory else "birth year")


def _shown_patient(state: State) -> Plain:
    """Who the caller has shown to be; what an earlier call knew is hearsay."""
    return None if state.memory.get("is_hearsay", True) else state.memory.get("patient")


def _chosen(answer: Answer, asked: Turn | None, language: Language) -> str | None:
    """What the key stood for when it was pressed: of a list the journal could not tell later."""
    if not isinstance(answer, Keys) or asked is None or not isinstance(asked.want, WantKey):
        return None
    label = next((option.label for option in asked.want.options if option.key == answer.keys), None)
    return None if label is None else prompts().written(label, language)


def _masked(answer: Answer, asked: Turn | None) -> str:
    """An answer for the journal: of a number only how many digits it had."""
    match answer:
        case Keys(keys) if asked is not None and isinstance(asked.want, WantDigits) and keys.isdecimal():
            return f"{len(keys)} digits"
        case Keys(keys):
            return keys or "#"
        case Recorded(_, seconds):
            return f"message of {seconds:.0f} s"
        case _:
            return "silence"
