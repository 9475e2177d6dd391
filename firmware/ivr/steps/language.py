"""The other language, at one key."""

from __future__ import annotations

from firmware.ivr.steps.memory import language_of
from firmware.ivr.visit import Did, Memory, Step, Visit


def switch_language(visit: Visit, memory: Memory) -> Did:
    """Go on in the other language; the channel remembers it for the number."""
    return Did("done", language="en" if language_of(memory) == "zh" else "zh")


STEPS = {"switch-language": Step(switch_language, ("done",))}
