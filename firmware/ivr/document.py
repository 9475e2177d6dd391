"""A flow set as a document: read from YAML or JSON into nodes, with errors that name the flow and the node.

One document holds all flows of a template: where each channel enters, the main menu, what happens when a patient
gives up or something breaks, and the choices that every menu has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from firmware.ivr.fields import Fields, FlowError
from firmware.ivr.nodes import (
    Address,
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

__all__ = ["Flow", "FlowError", "FlowSet", "load", "parse"]

DEFAULT_TRIES = 3


@dataclass(frozen=True)
class Flow:
    """Named nodes and where they start."""

    name: str
    start: str
    nodes: Mapping[str, Node]


@dataclass(frozen=True)
class FlowSet:
    """All flows of one template in one version."""

    template: str
    version: int
    entries: Mapping[str, Address]  # by channel
    main: Address
    gave_up: Address  # no answer after all tries
    trouble: Address  # a step broke
    enough: Address  # too many rounds, or too long
    reminder: str | None  # said with the first wrong try at a question
    always: tuple[Choice, ...]
    flows: Mapping[str, Flow]

    def node(self, address: Address) -> Node:
        """The node at `address`; raises `FlowError` if there is none."""
        flow = self.flows.get(address.flow)
        if flow is None or address.node not in flow.nodes:
            raise FlowError(f"there is no node {address}")
        return flow.nodes[address.node]


def load(file: Path, version: int = 1) -> FlowSet:
    """The flow set in a YAML file; raises `FlowError`."""
    try:
        plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FlowError(f"{file.name} is not YAML: {error}") from error
    return parse(plain, version)


def parse(plain: Any, version: int = 1) -> FlowSet:
    """The flow set in a plain document; raises `FlowError`."""
    top = Fields(plain, "the document", flow="")
    entries = {channel: top.address_of(where) for channel, where in top.mapping("entries").items()}
    always = tuple(_choice(Fields(each, "always", flow="")) for each in top.items("always"))
    gave_up = top.address("gave_up")
    flow_set = FlowSet(
        template=top.text("template"),
        version=version,
        entries=entries,
        main=top.address("main"),
        gave_up=gave_up,
        trouble=top.address("trouble"),
        enough=top.address("enough"),
        reminder=top.text("reminder") if "reminder" in top else None,
        always=always,
        flows={
            str(name): _flow(str(name), flow, always, gave_up)
            for name, flow in top.mapping("flows", needed=True).items()
        },
    )
    top.refuse_others()
    return flow_set


def _flow(name: str, plain: Any, always: tuple[Choice, ...], gave_up: Address) -> Flow:
    fields = Fields(plain, f"flow {name!r}", flow=name)
    reader = _NodeReader(name, always, gave_up)
    nodes = {str(node): reader.read(str(node), each) for node, each in fields.mapping("nodes", needed=True).items()}
    flow = Flow(name, fields.text("start"), nodes)
    fields.refuse_others()
    return flow


def _choice(fields: Fields) -> Choice:
    choice = Choice(
        key=fields.text("key"),
        label=fields.text("label"),
        to=fields.address("to") if "to" in fields else None,
        run=fields.text("run") if "run" in fields else None,
        sets=fields.mapping("set"),
        is_spoken=fields.flag("spoken", True),
        channel=fields.text("only") if "only" in fields else None,
    )
    repeats = fields.flag("repeat", False)
    if [choice.to is not None, choice.run is not None, repeats].count(True) != 1:
        raise fields.error(f"key {choice.key!r} is a dead end: it needs one of 'to', 'run' or 'repeat'")
    if len(choice.key) != 1 or choice.key not in "0123456789*":
        raise fields.error(f"{choice.key!r} is not a key: use one of 0-9 or *")
    fields.refuse_others()
    return choice


class _NodeReader:
    """Reads the nodes of one flow."""

    def __init__(self, flow: str, always: tuple[Choice, ...], gave_up: Address) -> None:
        self._flow = flow
        self._always = always
        self._gave_up = gave_up
        self._readers = {
            "say": self._say, "menu": self._menu, "digits": self._digits, "choose": self._choose, "run": self._run,
            "end": self._end, "do": self._do, "if": self._if, "hours": self._hours, "desk": self._desk,
            "voicemail": self._voicemail, "text": self._text, "hang-up": self._hang_up,
        }  # fmt: skip

    def read(self, name: str, plain: Any) -> Node:
        fields = Fields(plain, f"flow {self._flow!r}, node {name!r}", flow=self._flow)
        kinds = [kind for kind in self._readers if kind in fields]
        if len(kinds) != 1:
            known = ", ".join(self._readers)
            raise fields.error(f"a node needs exactly one of {known}; it has {' and '.join(kinds) or 'none'}")
        node = self._readers[kinds[0]](fields)
        fields.refuse_others()
        return node

    def _asking(self, fields: Fields, says: str) -> dict[str, Any]:
        own = [_choice(each) for each in fields.children("options")]
        if "back" in fields:
            own.append(Choice("*", "always.back", to=fields.address("back"), is_spoken=False))
        keys = [choice.key for choice in own]
        for key in keys:
            if keys.count(key) > 1:
                raise fields.error(f"two options on key {key}")
        inherited = [choice for choice in self._always if choice.key not in keys]
        return {
            "says": fields.texts(says),
            "choices": (*own, *inherited),
            "gave_up": fields.address("gave_up") if "gave_up" in fields else self._gave_up,
            "tries": fields.number("tries", DEFAULT_TRIES, least=1, most=5),
            "silent": fields.address("silent") if "silent" in fields else None,
        }

    def _say(self, fields: Fields) -> Node:
        return Say(fields.texts("say"), fields.address("then"))

    def _menu(self, fields: Fields) -> Node:
        if not fields.children("options"):
            raise fields.error("dead end: a menu needs options")
        return Menu(**self._asking(fields, "menu"))

    def _digits(self, fields: Fields) -> Node:
        return Digits(
            **self._asking(fields, "digits"),
            into=fields.text("into"),
            least=fields.number("least", 1, least=1, most=20),
            most=fields.number("most", 20, least=1, most=20),
            is_secret=fields.flag("secret", False),
            then=fields.address("then"),
            skip=fields.address("skip") if "skip" in fields else None,
        )

    def _choose(self, fields: Fields) -> Node:
        return Choose(
            **self._asking(fields, "say_first"),
            list_name=fields.text("choose"),
            into=fields.text("into"),
            page=fields.number("page", 3, least=1, most=8) if "page" in fields else None,
            then=fields.address("then"),
            none=fields.address("none"),
        )

    def _run(self, fields: Fields) -> Node:
        start = fields.text("from") if "from" in fields else None
        return Run(fields.text("run"), start, fields.addresses("outcomes"))

    def _end(self, fields: Fields) -> Node:
        return End(fields.text("end"))

    def _do(self, fields: Fields) -> Node:
        return Do(fields.text("do"), fields.addresses("outcomes"))

    def _if(self, fields: Fields) -> Node:
        return If(fields.text("if"), fields.addresses("is"), fields.address("else"))

    def _hours(self, fields: Fields) -> Node:
        fields.take("hours")
        return Hours(fields.address("open"), fields.address("closed"))

    def _desk(self, fields: Fields) -> Node:
        unavailable = fields.address("unavailable")
        message = fields.address("message") if "message" in fields else unavailable
        return Desk(fields.text("desk"), unavailable, message)

    def _voicemail(self, fields: Fields) -> Node:
        at_most_s = fields.number("at_most_s", 120, least=5, most=600)
        box = fields.text("box") if "box" in fields else None
        return Voicemail(fields.texts("voicemail"), at_most_s, fields.address("done"), fields.address("silent"), box)

    def _text(self, fields: Fields) -> Node:
        return Text(fields.text("text"), fields.address("then"))

    def _hang_up(self, fields: Fields) -> Node:
        return HangUp(fields.texts("hang-up"))
