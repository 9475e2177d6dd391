"""The state of a dialogue between two turns: plain data, so it can be saved and taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from firmware.ivr.nodes import Address, Plain
from firmware.language.values import Language

_TUPLES = ("stack", "asked", "left")


class StateError(Exception):
    """A saved dialogue cannot be read."""


@dataclass(frozen=True)
class State:
    """Where a dialogue stands and what it knows.

    `memory` holds what steps and answers left for later steps, `words` the typed values (as plain data) that
    prompts may speak, `asked` the questions that were asked since the patient last got something done, `stack` the
    nodes that ran another flow and wait for its outcome.
    """

    template: str
    version: int
    flow: str
    node: str
    language: Language
    started_at: str  # UTC, ISO 8601
    stack: tuple[str, ...] = ()  # "flow.node"
    memory: dict[str, Plain] = field(default_factory=dict)
    words: dict[str, Plain] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    achieved: str | None = None  # the last thing the patient got done
    tries: int = 0  # failed tries at this question
    rounds: int = 0  # questions that were asked again since something got done
    page: int = 0  # of the list that is being read
    offered: dict[str, Plain] = field(default_factory=dict)  # what each key of that page stands for
    more: str | None = None  # the key for the next page
    is_understood: bool = True  # the last answer was one
    hesitates: bool = False  # the last try was silent or too short
    is_slow: bool = False  # hesitated and then answered: gets more time
    is_ending: bool = False  # the limits were reached once
    left: tuple[str, ...] = ()  # the question that was left for the desk, and under it the stack

    @property
    def address(self) -> Address:
        return Address(self.flow, self.node)

    def to_plain(self) -> dict[str, Any]:
        """The state as data that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> State:
        """The state that `to_plain` gave, also after a way through JSON; raises `StateError` for anything else."""
        try:
            return cls(**{**plain, **{name: tuple(plain[name]) for name in _TUPLES if name in plain}})
        except (TypeError, KeyError) as error:
            raise StateError(f"this is no saved dialogue: {error}") from error


def address_of(text: str) -> Address:
    """The address that was written as "flow.node"."""
    flow, _, node = text.rpartition(".")
    return Address(flow, node)
