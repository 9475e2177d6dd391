"""The way of one call through the menus as a picture: stations on a line, one line for each flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from firmware.ivr.document import FlowSet
from webui.places import place, pressed
from webui.words import Words

MOST_STOPS = 150
COLOURS = 6
NOTHING, DIGITS, MESSAGE = "silence", " digits", "message of "


@dataclass
class Stop:
    """One turn of the box, and what the caller answered."""

    at: datetime
    node: str
    name: str
    colour: int
    from_colour: int  # of the stop before
    line_name: str = ""  # said where a line begins
    is_again: bool = False
    said: str = ""
    answer: str = ""
    key: str = ""
    symbol: str = ""
    outcomes: list[str] = field(default_factory=list)  # what had just been done when the box said this


class _Drawing:
    """Follows the journal's rows in their order."""

    def __init__(self, flows: FlowSet | None, words: Words) -> None:
        self.stops: list[Stop] = []
        self._flows, self._words = flows, words
        self._colours: dict[str, int] = {}
        self._achieved: list[str] = []

    def add(self, kind: str, detail: str, at: datetime) -> None:
        if kind == "node":
            self._arrive(detail, at)
        elif kind == "outcome":
            self._achieved += [] if detail.startswith("left at ") else [detail]
        elif self.stops and kind == "said":
            self.stops[-1].said = detail
        elif self.stops and kind == "key":
            self._answer(self.stops[-1], detail)
        elif self.stops and kind == "chose":
            self.stops[-1].answer = self.stops[-1].answer or detail

    def finish(self) -> list[Stop]:
        if self.stops:
            self.stops[-1].outcomes += self._achieved
        return self.stops

    def _arrive(self, node: str, at: datetime) -> None:
        flow = node.rpartition(".")[0]
        before = self.stops[-1] if self.stops else None
        colour = self._colours.setdefault(flow, len(self._colours) % COLOURS + 1)
        stop = Stop(at, node, place(self._flows, node, self._words), colour, before.colour if before else colour)
        stop.is_again = before is not None and before.node == node
        if (before is None or before.node.rpartition(".")[0] != flow) and f"line.{flow}" in self._words:
            stop.line_name = self._words(f"line.{flow}")
        stop.outcomes, self._achieved = self._achieved, []
        self.stops.append(stop)

    def _answer(self, stop: Stop, keys: str) -> None:
        words = self._words
        if keys == NOTHING:
            stop.symbol, stop.answer = "ear", words("calls.pressed_nothing")
        elif keys.endswith(DIGITS):
            stop.symbol, stop.answer = "grid-3x3-gap-fill", words("calls.pressed_digits", count=_number(keys))
        elif keys.startswith(MESSAGE):
            stop.symbol, stop.answer = "mic", words("calls.pressed_message", seconds=_number(keys))
        else:
            stop.key, stop.answer = keys, pressed(self._flows, stop.node, keys, words)


def stops(events: Iterable[Mapping[str, Any]], flows: FlowSet | None, words: Words) -> list[Stop]:
    """The journal of one call as stations; at most so many."""
    drawing = _Drawing(flows, words)
    for event in events:
        if event["kind"] == "node" and len(drawing.stops) == MOST_STOPS:
            break
        drawing.add(event["kind"], event["detail"], event["at"])
    return drawing.finish()


def _number(keys: str) -> int:
    return int("".join(character for character in keys if character.isdecimal())[:6] or 0)
