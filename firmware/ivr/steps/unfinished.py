"""Continue where you left: a call that ended while a time was chosen can be taken up from the same number."""

from __future__ import annotations

from firmware.ivr import dialogues
from firmware.ivr.steps.memory import word_in
from firmware.ivr.visit import VOICE, Did, Memory, Step, Visit

KEPT = ("patient", "kind", "department", "doctor", "day", "slot", "contact")


def recall(visit: Visit, memory: Memory) -> Did:
    """Whether this number left a booking unfinished; what it had chosen is known again."""
    left = dialogues.take(visit.tx, visit.now, visit.number, VOICE) if visit.number else None
    if left is None or word_in(left.state.memory, "slot") is None:
        return Did("fresh")
    return Did("unfinished", {name: left.state.memory[name] for name in KEPT if name in left.state.memory})


def forget(visit: Visit, memory: Memory) -> Did:
    """Begin anew: nothing that was chosen before counts."""
    return Did("done", dict.fromkeys(KEPT))


STEPS = {
    "recall": Step(recall, ("fresh", "unfinished")),
    "forget": Step(forget, ("done",)),
}
