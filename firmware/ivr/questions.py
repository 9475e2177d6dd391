"""How a question becomes keys, and how keys become an answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from firmware.ivr.nodes import Address, Asking, Choice, Choose, Digits, Plain
from firmware.ivr.turn import Answer, Keys, Option, Want, WantDigits, WantKey
from firmware.ivr.visit import TEXT, Item
from firmware.language.catalogue import Prompt

PAGE = {"voice": 3, TEXT: 5}  # an ear keeps three choices apart, a text shows six lines
MORE = Prompt("always.more")


@dataclass(frozen=True)
class Page:
    """One page of a list as the patient got it: what each key stands for stays so, whatever the clinic's list does."""

    number: int = 0
    offered: Mapping[str, Plain] = field(default_factory=dict)
    more: str | None = None


@dataclass(frozen=True)
class Asked:
    """What to wait for, and the page of the list that it shows."""

    want: Want
    page: Page = Page()


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
    if isinstance(node, Digits):
        return Asked(WantDigits(0 if node.skip else node.least, node.most, node.is_secret))
    if not isinstance(node, Choose):
        return Asked(WantKey(_fixed(node, channel)))
    page, shown, more = _layout(node, items, page, channel)
    listed = [Option(key, item.label) for key, item in shown.items()]
    offered = {key: item.value for key, item in shown.items()}
    return Asked(WantKey(_with_fixed(listed, more, node, channel)), Page(page, offered, more))


def asked_before(node: Asking, items: Items, page: Page, channel: str) -> Want:
    """What `node` waits for when it showed `page` a while ago; labels as the clinic's list has them now."""
    if not isinstance(node, Choose):
        return ask(node, items, 0, channel).want
    labels = {str(item.value): item.label for item in items if item}
    known = [(key, labels.get(str(value))) for key, value in page.offered.items()]
    listed = [Option(key, label) for key, label in known if label]
    return WantKey(_with_fixed(listed, page.more, node, channel))


def read(node: Asking, page: Page, channel: str, answer: Answer) -> Reading:
    """What `answer` means to `node`, which showed `page` of its list."""
    if not isinstance(answer, Keys):
        return Failed("silent")
    if isinstance(node, Choose) and answer.keys in page.offered:
        return Picked(page.offered[answer.keys], node.then)
    if isinstance(node, Choose) and answer.keys == page.more:
        return Turned(page.number + 1)
    if isinstance(node, Digits) and answer.keys.isdecimal() and answer.keys.isascii():
        return _read_digits(node, answer.keys)
    if isinstance(node, Digits) and answer.keys == "":
        skips = node.skip if channel != TEXT else None  # nobody texts an empty entry on purpose
        return Picked(None, skips) if skips else Failed("short")
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


def _fixed(node: Asking, channel: str) -> tuple[Option, ...]:
    return tuple(Option(each.key, Prompt(each.label), each.is_spoken) for each in choices_on(node, channel))


def _with_fixed(listed: list[Option], more: str | None, node: Asking, channel: str) -> tuple[Option, ...]:
    if more:
        listed = [*listed, Option(more, MORE)]
    taken = {option.key for option in listed}
    return (*listed, *(option for option in _fixed(node, channel) if option.key not in taken))


def _layout(node: Choose, items: Items, page: int, channel: str) -> tuple[int, dict[str, Item], str | None]:
    """The page to show, its items by key and the key for more; an empty place keeps its key, an empty page is left
    out."""
    size = node.page or PAGE[channel]
    if len(items) <= size + 1:
        return 0, _keyed(items), None
    pages = [items[first : first + size] for first in range(0, len(items), size)]
    page = min(page, len(pages) - 1)
    while not any(pages[page]) and page + 1 < len(pages):
        page += 1
    has_more = any(item for later in pages[page + 1 :] for item in later)
    return page, _keyed(pages[page]), str(size + 1) if has_more else None


def _keyed(items: Items) -> dict[str, Item]:
    return {str(place): item for place, item in enumerate(items, start=1) if item is not None}
