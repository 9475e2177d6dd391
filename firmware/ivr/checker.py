"""Whether a flow set may answer a line: every way out leads somewhere, and every caller can reach a person.

`check` looks at a flow set as it is written, without running it. Errors forbid publishing, warnings do not; both name
the flow and the node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from firmware.ivr import flow_graph
from firmware.ivr.document import FlowSet
from firmware.ivr.flow_graph import Graph
from firmware.ivr.nodes import Address, Asking, Choice, Choose, Digits, Do, Menu, Node, Run, Say, Text, Voicemail
from firmware.ivr.visit import Listing, Step
from firmware.language.catalogue import Catalogue
from firmware.language.values import LANGUAGES

GREETING_LIMIT_S = 8.0
DEPTH_LIMIT = 3
OPTIONS_LIMIT = 5
EVERYWHERE = ("0", "9", "*")  # a person, repeat, back: not counted as options

Seconds = Callable[[str, str], float]  # how long a prompt (by key) lasts in a language


@dataclass(frozen=True)
class Issue:
    """Something wrong, and where."""

    is_error: bool
    where: str  # "flow.node", or the name of the flow set
    what: str

    def __str__(self) -> str:
        return f"{'error' if self.is_error else 'warning'}: {self.where}: {self.what}"


@dataclass(frozen=True)
class Known:
    """What flows may use."""

    steps: Mapping[str, Step]
    lists: Mapping[str, Listing]
    catalogue: Catalogue


def check(flows: FlowSet, known: Known, seconds: Seconds | None = None) -> list[Issue]:
    """Everything that is wrong with `flows`, errors first; `seconds` measures the greeting if it is given."""
    wrong = [*_unknown(flows, known), *_prompts(flows, known)]
    if not wrong:  # the shape can only be judged when every name leads somewhere
        graph = Graph(flows)
        wrong = [*_shape(flows, graph), *_secrets(flows), *_warnings(flows, graph, known, seconds)]
    return sorted(wrong, key=lambda issue: not issue.is_error)


# ---- names ----


def _unknown(flows: FlowSet, known: Known) -> Iterator[Issue]:
    tops = {**flows.entries, "main": flows.main, "gave_up": flows.gave_up, "trouble": flows.trouble}
    for name, address in {**tops, "enough": flows.enough}.items():
        if not _exists(flows, address):
            yield Issue(True, flows.template, f"{name!r} leads to an unknown node {address}")
    for flow in flows.flows.values():
        if flow.start not in flow.nodes:
            yield Issue(True, flow.name, f"starts at an unknown node {flow.start!r}")
    for address, node in flow_graph.nodes(flows):
        where = str(address)
        for target in node.exits():
            if not _exists(flows, target):
                yield Issue(True, where, f"leads to an unknown node {target}")
        yield from (Issue(True, where, what) for what in _unknown_names(flows, known, node))


def _unknown_names(flows: FlowSet, known: Known, node: Node) -> Iterator[str]:
    match node:
        case Do(step, outcomes):
            if step not in known.steps:
                yield f"unknown step {step!r}"
            else:
                yield from _outcomes(known.steps[step].outcomes, outcomes)
        case Choose(list_name=name) if name not in known.lists:
            yield f"unknown list {name!r}"
        case Run(flow, start, outcomes):
            if flow not in flows.flows:
                yield f"runs an unknown flow {flow!r}"
            elif start is not None and start not in flows.flows[flow].nodes:
                yield f"runs {flow!r} from an unknown node {start!r}"
            else:
                yield from _outcomes(flow_graph.outcomes_of(flows, flow, start), outcomes)
    if isinstance(node, Asking):
        for choice in node.choices:
            if choice.run is not None and choice.run not in flows.flows:
                yield f"key {choice.key} runs an unknown flow {choice.run!r}"


def _outcomes(possible: tuple[str, ...], mapped: Mapping[str, Address]) -> Iterator[str]:
    for outcome in possible:
        if outcome not in mapped:
            yield f"dead end: the outcome {outcome!r} leads nowhere"
    for outcome in mapped:
        if outcome not in possible:
            yield f"the outcome {outcome!r} never happens"


def _exists(flows: FlowSet, address: Address) -> bool:
    return address.flow in flows.flows and address.node in flows.flows[address.flow].nodes


# ---- prompts ----


def _prompts(flows: FlowSet, known: Known) -> Iterator[Issue]:
    missing = set(known.catalogue.missing())
    present = set(known.catalogue.keys())
    words = {word for step in known.steps.values() for word in step.words}
    for address, node in flow_graph.nodes(flows):
        for key in prompts_of(node):
            if key not in present:
                yield Issue(True, str(address), f"there is no prompt {key!r}")
                continue
            for language in LANGUAGES:
                if (key, language) in missing:
                    yield Issue(True, str(address), f"the prompt {key!r} has no text in {language!r}")
            for gap in sorted(known.catalogue.gaps(key) - words):
                yield Issue(True, str(address), f"the prompt {key!r} needs {gap!r}, which no step gives")


def prompts_of(node: Node) -> Iterator[str]:
    """The keys of everything that a node itself may say."""
    match node:
        case Say() | Voicemail() | Asking():
            yield from node.says
        case Text(prompt):
            yield prompt
        case _:
            yield from getattr(node, "says", ())
    if isinstance(node, Asking):
        yield from (choice.label for choice in node.choices)


# ---- shape ----


def _shape(flows: FlowSet, graph: Graph) -> Iterator[Issue]:
    reached = graph.reached()
    for address, _ in flow_graph.nodes(flows):
        if address not in reached:
            yield Issue(True, str(address), "no caller can ever come here")
    for address in sorted(reached - graph.saved()):
        yield Issue(True, str(address), "from here a caller can never reach a person, a goodbye or the main menu")
    for address in graph.silent_loops():
        yield Issue(True, str(address), "a loop in which the caller is never asked anything")
    for address in graph.endless_runs():
        yield Issue(True, str(address), "an endless sub-flow: it runs itself")
    for address in graph.lost_ends():
        yield Issue(True, str(address), "dead end: the flow ends here although nothing ran it")


def _secrets(flows: FlowSet) -> Iterator[Issue]:
    """A text stays on phones and in networks: no PIN belongs into one."""
    for address in sorted(Graph(flows, by_text=True).reached()):
        node = flows.node(address)
        if isinstance(node, Digits) and node.is_secret:
            yield Issue(True, str(address), "a secret is asked for by text")


# ---- warnings ----


def _warnings(flows: FlowSet, graph: Graph, known: Known, seconds: Seconds | None) -> Iterator[Issue]:
    for address, node in flow_graph.nodes(flows):
        if isinstance(node, Menu):
            spoken = [choice for choice in node.choices if _counts(choice)]
            if len(spoken) > OPTIONS_LIMIT:
                yield Issue(False, str(address), f"{len(spoken)} options; more than {OPTIONS_LIMIT} are hard to keep")
            if graph.menu_depth(address) > DEPTH_LIMIT:
                yield Issue(False, str(address), f"more than {DEPTH_LIMIT} menus below each other")
    if seconds is not None:
        yield from _greeting(flows, graph, seconds)


def _counts(choice: Choice) -> bool:
    return choice.is_spoken and choice.key not in EVERYWHERE


def _greeting(flows: FlowSet, graph: Graph, seconds: Seconds) -> Iterator[Issue]:
    entry = flows.entries.get("voice", flows.main)
    for language in LANGUAGES:
        for path in graph.until_asked(entry):
            keys = [key for address in path for key in _keys_said(flows.node(address))]
            total_s = sum(seconds(key, language) for key in keys)
            if total_s > GREETING_LIMIT_S:
                what = f"the greeting lasts {total_s:.0f} s in {language!r}; {GREETING_LIMIT_S:.0f} s are enough"
                yield Issue(False, str(path[0]), what)


def _keys_said(node: Node) -> tuple[str, ...]:
    return node.says if isinstance(node, Say | Asking) else ()
