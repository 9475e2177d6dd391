"""How a question becomes keys, and how keys become an answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware.ivr.nodes import Address, Asking, Choice, Choose, Digits, Plain
from firmware.ivr.turn import Answer, Keys, Option, Want, WantDigits, WantKey
from firmware.ivr.visit import TEXT, Item
from firmware.language.catalogue import Prompt

PAGE = {"voice": 3, TEXT: 5}  # an ear keeps three choices apart, a text shows six lines
MORE = Prompt("always.more")


@dataclass(frozen=True)
class Asked:
    """What to wait for, and the page of the list that it shows."""

    want: Want
    page: int = 0


@dataclass(frozen=True)
class Picked:
    """A valid answer and where it leads; `value` is None when the question was skipped."""

    value: Plain
    then: Address


@dataclass(frozen=True)
class Turned:
    """Another page of the list, please."""

    page: int


@dataclass(frozen=True)
class Failed:
    """No usable answer: "silent", "short" (too few digits) or "wrong"."""

    how: str

    @property
    def was_slow(self) -> bool:
        return self.how in ("silent", "short")


Items = Sequence[Item | None]
Reading = Picked | Choice | Turned | Failed


def ask(node: Asking, items: Items, page: int, channel: str) -> Asked:
    """What `node` waits for on `channel`, at `page` of its `items`."""
    choices = choices_on(node, channel)
    if isinstance(node, Digits):
        return Asked(WantDigits(0 if node.skip else node.least, node.most, node.is_secret, node.kind))
    options = [Option(choice.key, Prompt(choice.label), choice.is_spoken) for choice in choices]
    if not isinstance(node, Choose):
        return Asked(WantKey(tuple(options)))
    layout = _Layout.of(node, items, page, channel)
    listed = [Option(key, item.label) for key, item in layout.items.items()]
    if layout.more:
        listed.append(Option(layout.more, MORE))
    taken = {option.key for option in listed}
    return Asked(WantKey((*listed, *(option for option in options if option.key not in taken))), layout.page)


def read(node: Asking, items: Items, page: int, channel: str, answer: Answer) -> Reading:
    """What `answer` means to `node`, which showed `page` of `items`."""
    if not isinstance(answer, Keys):
        return Failed("silent")
    if isinstance(node, Choose):
        layout = _Layout.of(node, items, page, channel)
        if answer.keys in layout.items:
            return Picked(layout.items[answer.keys].value, node.then)
        if answer.keys == layout.more:
            return Turned(layout.page + 1)
    if isinstance(node, Digits) and answer.keys.isdecimal() and answer.keys.isascii():
        return _read_digits(node, answer.keys)
    if isinstance(node, Digits) and answer.keys == "":
        return Picked(None, node.skip) if node.skip else Failed("short")
    for choice in choices_on(node, channel):
        if choice.key == answer.keys:
            return choice
    return Failed("wrong")


def choices_on(node: Asking, channel: str) -> list[Choice]:
    return [choice for choice in node.choices if choice.channel in (None, channel)]


def _read_digits(node: Digits, keys: str) -> Reading:
    if len(keys) < node.least:
        return Failed("short")
    return Picked(keys, node.then) if len(keys) <= node.most else Failed("wrong")


@dataclass(frozen=True)
class _Layout:
    """One page of a list by its keys; an empty place keeps its key."""

    page: int
    items: dict[str, Item]
    more: str | None

    @classmethod
    def of(cls, node: Choose, items: Items, page: int, channel: str) -> _Layout:
        size = node.page or PAGE[channel]
        if len(items) <= size + 1:
            return cls(0, _keyed(items), None)
        pages = [items[first : first + size] for first in range(0, len(items), size)]
        page = min(page, len(pages) - 1)
        while not any(pages[page]) and page + 1 < len(pages):
            page += 1
        has_more = any(item for later in pages[page + 1 :] for item in later)
        return cls(page, _keyed(pages[page]), str(size + 1) if has_more else None)


def _keyed(items: Items) -> dict[str, Item]:
    return {str(place): item for place, item in enumerate(items, start=1) if item is not None}
