"""Continue where you left: a call that ended while a time was chosen can be taken up from the same number."""

from __future__ import annotations

from firmware.ivr.state import State, StateError
from firmware.ivr.visit import Did, Memory, Step, Visit
from firmware.storage import dialogues

KEPT = ("patient", "kind", "department", "doctor", "day", "slot", "contact")


def recall(visit: Visit, memory: Memory) -> Did:
    """Whether this number left a booking unfinished; what it had chosen is known again, but not who calls."""
    if visit.number is None or visit.is_test:
        return Did("fresh")
    left = dialogues.open_dialogue(visit.tx, visit.now, dialogues.VOICE, visit.number)
    if left is None:
        return Did("fresh")
    dialogues.close(visit.tx, visit.now, left.id)
    try:
        known = State.from_plain(left.state).memory
    except StateError:  # written by another version of the box: the patient begins anew
        return Did("fresh")
    return Did("unfinished", {**{name: known[name] for name in KEPT if name in known}, "is_hearsay": True})


def forget(visit: Visit, memory: Memory) -> Did:
    """Begin anew: nothing that was chosen before counts."""
    return Did("done", dict.fromkeys(KEPT))


STEPS = {
    "recall": Step(recall, ("fresh", "unfinished")),
    "forget": Step(forget, ("done",)),
}
