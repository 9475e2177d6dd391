"""A flow set as a graph: which node can follow which, and what follows from that."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from firmware.ivr.document import FlowSet
from firmware.ivr.nodes import Address, Asking, Desk, Digits, End, HangUp, If, Menu, Node, Run, Say, Voicemail
from firmware.ivr.visit import TEXT, VOICE

T = TypeVar("T", bound=Hashable)

WAITING = (Asking, Voicemail)  # the caller is asked for something


def nodes(flows: FlowSet) -> Iterator[tuple[Address, Node]]:
    """Every node with its address."""
    for flow in flows.flows.values():
        for name, node in flow.nodes.items():
            yield Address(flow.name, name), node


def outcomes_of(flows: FlowSet, flow: str, start: str | None = None) -> tuple[str, ...]:
    """In which outcomes a flow can end that is run from `start`."""
    seen = {start or flows.flows[flow].start}
    waiting = list(seen)
    found: dict[str, None] = {}
    while waiting:
        node = flows.flows[flow].nodes.get(waiting.pop())
        if isinstance(node, End):
            found[node.outcome] = None
        following = {exit_.node for exit_ in node.exits() if exit_.flow == flow} if node else set()
        waiting += following - seen
        seen |= following
    return tuple(found)


class Graph:
    """Which node can follow which; every name in the flow set must be known."""

    def __init__(self, flows: FlowSet, by_text: bool = False) -> None:
        """With `by_text` only what can follow on the text channel, else on any."""
        self._flows = flows
        self._by_text = by_text
        self._nodes = dict(nodes(flows))
        self._runners = self._find_runners()
        self._next = {address: self._following(address, node) for address, node in self._nodes.items()}

    def reached(self) -> set[Address]:
        """Nodes that some caller can come to."""
        flows = self._flows
        entries = {where for entry, where in flows.entries.items() if not (self._by_text and entry == VOICE)}
        seen = {*entries, flows.main, flows.gave_up, flows.trouble, flows.enough}
        while more := {each for address in seen for each in self._following_among(seen, address)} - seen:
            seen |= more
        return seen

    def saved(self) -> set[Address]:
        """Nodes from which a person, a goodbye or the main menu can be reached."""
        goals = {address for address, node in self._nodes.items() if isinstance(node, Desk | Voicemail | HangUp)}
        saved = self._leading_to(goals)
        return self._leading_to(goals | ({self._flows.main} & saved))

    def silent_loops(self) -> list[Address]:
        """One node of each loop in which nothing is asked."""
        silent = {address for address, node in self._nodes.items() if not isinstance(node, WAITING)}
        inside = {address: self._next[address] & silent for address in silent}
        while ends := {address for address, following in inside.items() if not following}:
            inside = {address: following - ends for address, following in inside.items() if address not in ends}
        loops: list[Address] = []
        for address in sorted(inside):
            circle = _closure_in(inside, {address})
            if address in _closure_in(inside, set(inside[address])) and not circle & set(loops):
                loops.append(address)
        return loops

    def endless_runs(self) -> list[Address]:
        """Nodes that run a flow which, in the end, runs the flow they stand in."""
        runs: dict[str, set[str]] = {}
        for flow, runners in self._runners.items():
            for address in runners:
                runs.setdefault(address.flow, set()).add(flow)
        return [
            address
            for flow, runners in self._runners.items()
            for address in sorted(runners)
            if address.flow in _closure_in(runs, {flow})
        ]

    def lost_ends(self) -> list[Address]:
        """Ends of flows that a caller is in although nothing ran them."""
        flows = self._flows
        unrun = {*flows.entries.values(), flows.main, flows.gave_up, flows.trouble, flows.enough}
        unrun |= {each for address, node in self._nodes.items() for each in node.exits() if each.flow != address.flow}
        inside = {
            address: {each for each in node.exits() if each.flow == address.flow}
            for address, node in self._nodes.items()
        }
        return sorted(each for each in _closure_in(inside, unrun) if isinstance(self._nodes[each], End))

    def menu_depth(self, address: Address) -> int:
        """How many menus stand one below the other down to this one, with nothing but words between them."""
        return self._depth(address, frozenset())

    def until_asked(self, start: Address) -> Iterator[list[Address]]:
        """Every way from `start` to the first question, without going round in circles."""
        yield from self._paths([start])

    def _paths(self, path: list[Address]) -> Iterator[list[Address]]:
        if isinstance(self._nodes[path[-1]], (*WAITING, HangUp)):
            yield path
            return
        for following in self._next[path[-1]]:
            if following not in path:
                yield from self._paths([*path, following])

    def _depth(self, address: Address, below: frozenset[Address]) -> int:
        above = [each for each in self._menus_above(address) if each not in below and each != address]
        return 1 + max((self._depth(each, below | {address}) for each in above), default=0)

    def _menus_above(self, address: Address) -> Iterator[Address]:
        for other, node in self._nodes.items():
            if isinstance(node, Menu):
                downwards = [choice.to for choice in node.choices if choice.to and choice.is_spoken]
                if any(self._through_words(each) == address for each in downwards):
                    yield other

    def _through_words(self, address: Address) -> Address:
        seen: set[Address] = set()
        while isinstance(node := self._nodes[address], Say) and address not in seen:
            seen.add(address)
            address = node.then
        return address

    def _find_runners(self) -> dict[str, set[Address]]:
        """Which nodes run each flow, by a `run` or by a key."""
        found: dict[str, set[Address]] = {}
        for address, node in self._nodes.items():
            if isinstance(node, Run):
                found.setdefault(node.flow, set()).add(address)
            elif isinstance(node, Asking):
                for flow in {choice.run for choice in node.choices if choice.run}:
                    found.setdefault(flow, set()).add(address)
        return found

    def _following(self, address: Address, node: Node) -> set[Address]:
        match node:
            case Run(flow, start):
                return {Address(flow, start or self._flows.flows[flow].start)}
            case End(outcome):
                return self._after_end(outcome, self._runners.get(address.flow, set()))
            case If("channel", cases, otherwise) if self._by_text:
                return {cases.get(TEXT, otherwise)}
            case Asking():
                question = _as_texted(node) if self._by_text else node
                run = {choice.run for choice in question.choices if choice.run}
                return {*question.exits(), *(Address(flow, self._flows.flows[flow].start) for flow in run)}
        return set(node.exits())

    def _following_among(self, seen: set[Address], address: Address) -> set[Address]:
        """What follows when the caller has come through `seen`: a flow ends only where somebody ran it."""
        node = self._nodes[address]
        if isinstance(node, End):
            return self._after_end(node.outcome, self._runners.get(address.flow, set()) & seen)
        return self._next[address]

    def _after_end(self, outcome: str, runners: set[Address]) -> set[Address]:
        following: set[Address] = set()
        for address in runners:
            node = self._nodes[address]
            if not isinstance(node, Run):
                following.add(address)  # a key ran the flow: the question is asked again
            elif outcome in node.outcomes:
                following.add(node.outcomes[outcome])
        return following

    def _leading_to(self, goals: set[Address]) -> set[Address]:
        back: dict[Address, set[Address]] = {}
        for address, following in self._next.items():
            for each in following:
                back.setdefault(each, set()).add(address)
        return _closure_in(back, goals)


def _as_texted(node: Asking) -> Asking:
    """The question without what only a caller can do."""
    texted = replace(node, choices=tuple(choice for choice in node.choices if choice.channel in (None, TEXT)))
    return replace(texted, skip=None) if isinstance(texted, Digits) else texted


def _closure_in(edges: Mapping[T, set[T]], start: set[T]) -> set[T]:
    seen = set(start)
    waiting = list(start)
    while waiting:
        fresh = edges.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen
