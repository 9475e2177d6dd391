"""The lines as the front page shows them: what the exchange's `status` says, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from firmware.clinic import people
from firmware.ivr.document import FlowSet
from firmware.storage.ledger import Transaction
from webui import sayings
from webui.places import place
from webui.words import Words

STRONG_DBM, FAIR_DBM = -85, -100
MOST_NAMES = 3

_LOOKS = {  # tone, icon
    "idle": ("good", "telephone"),
    "ringing": ("busy", "telephone-inbound-fill"),
    "busy": ("busy", "telephone-forward-fill"),
    "fault": ("bad", "telephone-x"),
    "starting": ("quiet", "hourglass-split"),
}


@dataclass(frozen=True)
class LineView:
    """One line; `caller` is whatever a stranger claimed."""

    name: str
    kind: str
    tone: str
    symbol: str
    state: str
    place: str  # where in the menus the caller is
    caller: str
    names: str  # who is registered under the caller's number
    seconds: int | None  # how long the call has been going on
    signal: str
    signal_symbol: str
    problem: str
    advice: str
    is_test: bool
    is_live: bool  # somebody is on the line


def line_views(
    lines: Iterable[Mapping[str, Any]], flows: FlowSet | None, tx: Transaction, words: Words
) -> list[LineView]:
    """The clinic's own lines in their order, the test phone's at the end when somebody uses it."""
    views = [_view(line, flows, tx, words) for line in lines]
    return [view for view in views if not view.is_test] + [view for view in views if view.is_test and view.is_live]


def _view(line: Mapping[str, Any], flows: FlowSet | None, tx: Transaction, words: Words) -> LineView:
    state = str(line.get("state", ""))
    tone, symbol = _LOOKS.get(state, _LOOKS["starting"])
    is_live = state in ("ringing", "busy")
    caller = str(line.get("caller") or "") if is_live else ""
    node, since_s = line.get("node") if is_live else None, line.get("since_s") if is_live else None
    said = str(line.get("detail") or "") if state == "fault" else _unregistered(line)
    signal, signal_symbol = _signal(line, words)
    return LineView(
        name=str(line.get("name", "")),
        kind=words.code("kind", str(line.get("kind", ""))),
        tone=tone,
        symbol=symbol,
        state=words.code("line", state),
        place=place(flows, str(node), words) if node else "",
        caller=caller or (words("caller.withheld") if state == "busy" else ""),
        names=_names(tx, caller, words) if caller else "",
        seconds=None if since_s is None else int(since_s),
        signal=signal,
        signal_symbol=signal_symbol,
        problem=sayings.in_language(said, words.language),
        advice=sayings.advice(said, words.language),
        is_test=bool(line.get("is_test")),
        is_live=is_live,
    )


def _unregistered(line: Mapping[str, Any]) -> str:
    return "not registered with a network" if line.get("registered") is False else ""


def _signal(line: Mapping[str, Any], words: Words) -> tuple[str, str]:
    dbm = line.get("signal_dbm")
    if not isinstance(dbm, int | float):
        return "", ""
    word, symbol = ("strong", "reception-4") if dbm >= STRONG_DBM else ("fair", "reception-3")
    if dbm < FAIR_DBM:
        word, symbol = "weak", "reception-1"
    return words("today.signal", word=words(f"today.signal.{word}")), symbol


def _names(tx: Transaction, number: str, words: Words) -> str:
    """A number is no proof of who calls: everybody who can be reached by it."""
    owners = people.owners(tx, number)
    names = [words.name(person.name) for person in owners[:MOST_NAMES]]
    return ("、" if words.language == "zh" else ", ").join(names)
