"""A flow set as the pages show it: each node with its kind, what it says and where every exit leads, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from firmware.ivr.checker import Issue, prompts_of
from firmware.ivr.document import Flow, FlowSet
from firmware.ivr.nodes import (
    Address,
    Asking,
    Choice,
    Choose,
    Desk,
    Digits,
    Do,
    End,
    HangUp,
    Hours,
    If,
    Menu,
    Node,
    Run,
    Say,
    Text,
    Voicemail,
)
from firmware.language.values import LANGUAGES, Language
from webui import sayings
from webui.places import LONGEST_NAME, place
from webui.said import said
from webui.words import Words

KINDS: Mapping[type[Node], tuple[str, str]] = {  # the kind's word and its icon
    Say: ("say", "megaphone"),
    Menu: ("menu", "list-ol"),
    Digits: ("digits", "123"),
    Choose: ("choose", "ui-radios"),
    Run: ("run", "box-arrow-in-right"),
    End: ("end", "flag"),
    Do: ("do", "gear"),
    If: ("if", "signpost-split"),
    Hours: ("hours", "clock"),
    Desk: ("desk", "person"),
    Voicemail: ("voicemail", "voicemail"),
    Text: ("text", "chat-dots"),
    HangUp: ("hang-up", "telephone-x"),
}


@dataclass(frozen=True)
class ExitView:
    """One way out; `target` is "" when the question is asked again, or in a draft when it leads nowhere."""

    label: str
    target: str  # "flow.node"
    target_title: str
    flow: str  # the name in words of another flow that it leads into; "" within the same
    key: str = ""


@dataclass(frozen=True)
class NodeView:
    """One node."""

    address: str
    kind: str
    kind_title: str
    symbol: str
    title: str
    texts: list[Mapping[Language, str]]  # what is said, one prompt after the other
    facts: list[str]
    exits: list[ExitView]
    is_start: bool
    findings: list[str]
    is_wrong: bool


@dataclass(frozen=True)
class FlowView:
    """One flow; `wrong` counts the nodes with errors."""

    name: str
    title: str
    nodes: list[NodeView]

    @property
    def wrong(self) -> int:
        return sum(node.is_wrong for node in self.nodes)

    @property
    def warned(self) -> int:
        return sum(bool(node.findings) and not node.is_wrong for node in self.nodes)


@dataclass
class Picture:
    """Makes the views of one flow set for one reader."""

    flows: FlowSet
    words: Words
    issues: list[Issue] = field(default_factory=list)
    _titles: dict[Address, str] = field(default_factory=dict)

    def flow_views(self) -> list[FlowView]:
        return [self._flow(flow) for flow in self.flows.flows.values()]

    def always(self) -> list[ExitView]:
        """What every question understands besides its own keys."""
        return [self._choice(choice, "") for choice in self.flows.always]

    def title(self, address: Address) -> str:
        """A node's name in words."""
        if address not in self._titles:
            self._titles[address] = self._named(address)
        return self._titles[address]

    def _named(self, address: Address) -> str:
        t, flow = self.words, self.flows.flows.get(address.flow)
        match flow.nodes.get(address.node) if flow else None:
            case None:
                return str(address)
            case Do(step):
                return t.code("flows.step", step)
            case If(variable):
                return t("flows.by", what=t.code("flows.variable", variable))
            case Run(name):
                return t("flows.runs", flow=self.flow_title(name))
            case End(outcome):
                return t("flows.ends", outcome=t.code("flows.outcome", outcome))
            case Hours() | Desk() as node:
                return t(f"flows.kind.{KINDS[type(node)][0]}")
            case Choose(says=(), list_name=name):
                return t.code("flows.list", name)
            case Text(key) | Say(says=(key, *_)):
                return _short(said(key, t.language))
            case _:
                return place(self.flows, str(address), t)

    def flow_title(self, name: str) -> str:
        return self.words.code("flows.flow", name)

    def _flow(self, flow: Flow) -> FlowView:
        views = [self._node(Address(flow.name, name), node, name == flow.start) for name, node in flow.nodes.items()]
        return FlowView(flow.name, self.flow_title(flow.name), views)

    def _node(self, address: Address, node: Node, is_start: bool) -> NodeView:
        kind, symbol = KINDS[type(node)]
        mine = [issue for issue in self.issues if issue.where == str(address)]
        labels = {choice.label for choice in node.choices} if isinstance(node, Asking) else set()
        keys = [key for key in prompts_of(node) if key not in labels]
        return NodeView(
            address=str(address),
            kind=kind,
            kind_title=self.words(f"flows.kind.{kind}"),
            symbol=symbol,
            title=self.title(address),
            texts=[{language: said(key, language) for language in LANGUAGES} for key in dict.fromkeys(keys)],
            facts=list(self._facts(node)),
            exits=list(self._exits(address, node)),
            is_start=is_start,
            findings=[sayings.in_language(issue.what, self.words.language) for issue in mine],
            is_wrong=any(issue.is_error for issue in mine),
        )

    # ---- what there is to know beside words and exits ----

    def _facts(self, node: Node) -> Iterator[str]:
        t = self.words
        match node:
            case Digits(least=least, most=most, is_secret=is_secret):
                yield (
                    t("flows.digits_exactly", count=least)
                    if least == most
                    else t("flows.digits_span", least=least, most=most)
                )
                if is_secret:
                    yield t("flows.secret")
            case Choose(list_name=name):
                yield t("flows.from_list", what=t.code("flows.list", name))
            case Voicemail(at_most_s=seconds, box=box):
                yield t("flows.at_most", seconds=int(seconds))
                if box:
                    yield t("flows.private")
        if isinstance(node, Asking):
            yield t("flows.tries", count=node.tries)

    # ---- exits ----

    def _exits(self, address: Address, node: Node) -> Iterator[ExitView]:
        if isinstance(node, Asking):
            yield from (self._choice(each, address.flow) for each in node.choices if each not in self.flows.always)
        for label, target in self._plain_exits(node):
            yield self._exit(label, target, address.flow)

    def _plain_exits(self, node: Node) -> Iterator[tuple[str, Address]]:
        t = self.words
        match node:
            case Say(then=then) | Text(then=then):
                yield t("flows.exit.then"), then
            case Digits(then=then, skip=skip):
                yield t("flows.exit.keyed"), then
                if skip:
                    yield t("flows.exit.skip"), skip
            case Choose(then=then, none=none):
                yield t("flows.exit.chosen"), then
                yield t("flows.exit.none"), none
            case Run(flow, start, outcomes):
                inside = self.flows.flows.get(flow)
                yield t("flows.exit.run"), Address(flow, start or (inside.start if inside else ""))
                yield from self._outcomes(outcomes)
            case Do(_, outcomes):
                yield from self._outcomes(outcomes)
            case If(variable, cases, otherwise):
                for case, target in cases.items():
                    yield t.code(f"flows.case.{variable}", case), target
                yield t("flows.exit.otherwise"), otherwise
            case Hours(open_, closed):
                yield t("flows.exit.open"), open_
                yield t("flows.exit.closed"), closed
            case Desk(_, unavailable, message):
                yield t("flows.exit.unavailable"), unavailable
                if message != unavailable:
                    yield t("flows.exit.message"), message
            case Voicemail(done=done, silent=silent):
                yield t("flows.exit.recorded"), done
                yield t("flows.exit.silent"), silent
        if isinstance(node, Asking):
            yield from self._unanswered(node)

    def _unanswered(self, node: Asking) -> Iterator[tuple[str, Address]]:
        if node.silent:
            yield self.words("flows.exit.silent"), node.silent
        if node.gave_up not in (self.flows.gave_up, node.silent):
            yield self.words("flows.exit.gave_up"), node.gave_up

    def _outcomes(self, outcomes: Mapping[str, Address]) -> Iterator[tuple[str, Address]]:
        for outcome, target in outcomes.items():
            label = self.words("flows.exit.then") if outcome == "done" else self.words.code("flows.outcome", outcome)
            yield label, target

    def _choice(self, choice: Choice, here: str) -> ExitView:
        label = said(choice.label, self.words.language, is_written=True)
        if choice.channel:
            label = self.words("flows.only", label=label, channel=self.words.code("flows.channel", choice.channel))
        if choice.run is not None:
            inside = self.flows.flows.get(choice.run)
            return self._exit(label, Address(choice.run, inside.start if inside else ""), here, choice.key)
        if choice.to is None:
            return ExitView(label, "", self.words("flows.asked_again"), "", choice.key)
        return self._exit(label, choice.to, here, choice.key)

    def _exit(self, label: str, target: Address, here: str, key: str = "") -> ExitView:
        other = "" if target.flow == here else self.flow_title(target.flow)
        is_there = target.flow in self.flows.flows and target.node in self.flows.flows[target.flow].nodes
        return ExitView(label, str(target) if is_there else "", self.title(target), other, key)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"
