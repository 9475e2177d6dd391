"""The kinds of node that a flow is made of, as plain values.

A node says what it asks, what it needs and every exit it has; the machine gives it life, the checker follows its
exits. An exit is an `Address`: a node of the same flow, or of another one (which leaves the present flow for good).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, order=True)
class Address:
    """Where a node stands."""

    flow: str
    node: str

    def __str__(self) -> str:
        return f"{self.flow}.{self.node}"


Exits = Iterator[Address]


@dataclass(frozen=True)
class Choice:
    """A key of a menu: where it leads, or which flow it runs before the question is asked again."""

    key: str
    label: str
    to: Address | None = None
    run: str | None = None  # neither `to` nor `run`: the question is asked again
    sets: Mapping[str, Plain] | None = None
    is_spoken: bool = True
    channel: str | None = None  # None: on every channel


@dataclass(frozen=True)
class Say:
    """Says something and goes on."""

    says: tuple[str, ...]
    then: Address

    def exits(self) -> Exits:
        yield self.then


@dataclass(frozen=True)
class Asking:
    """What all questions share: what is said, and where silence, wrong keys and `*` lead in the end."""

    says: tuple[str, ...]
    choices: tuple[Choice, ...]  # the node's own, then those that every menu has
    gave_up: Address
    tries: int
    silent: Address | None  # where silence leads at once: the patient may have nothing more to say

    def exits(self) -> Exits:
        yield from (choice.to for choice in self.choices if choice.to)
        yield self.gave_up
        if self.silent:
            yield self.silent


@dataclass(frozen=True)
class Menu(Asking):
    """Fixed choices, one key each."""


@dataclass(frozen=True)
class Digits(Asking):
    """A number that the caller keys."""

    into: str
    least: int
    most: int
    is_secret: bool
    then: Address
    skip: Address | None  # where `#` alone leads

    def exits(self) -> Exits:
        yield from super().exits()
        yield self.then
        if self.skip:
            yield self.skip


@dataclass(frozen=True)
class Choose(Asking):
    """A choice out of a list that the clinic gives at that moment, a page at a time."""

    list_name: str
    into: str
    page: int | None  # how many on a page; None: what suits the channel
    then: Address
    none: Address  # the list is empty

    def exits(self) -> Exits:
        yield from super().exits()
        yield self.then
        yield self.none


@dataclass(frozen=True)
class Run:
    """Runs another flow, then goes on with what it ended in."""

    flow: str
    start: str | None  # None: where that flow starts
    outcomes: Mapping[str, Address]

    def exits(self) -> Exits:
        yield from self.outcomes.values()


@dataclass(frozen=True)
class End:
    """Ends a flow that was run, with an outcome."""

    outcome: str

    def exits(self) -> Exits:
        yield from ()


@dataclass(frozen=True)
class Do:
    """A step of the clinic with named outcomes."""

    step: str
    outcomes: Mapping[str, Address]

    def exits(self) -> Exits:
        yield from self.outcomes.values()


@dataclass(frozen=True)
class If:
    """Goes on by what the dialogue knows: a variable, or `channel`."""

    variable: str
    cases: Mapping[str, Address]
    otherwise: Address

    def exits(self) -> Exits:
        yield from self.cases.values()
        yield self.otherwise


@dataclass(frozen=True)
class Hours:
    """Goes on by the hours of the human service."""

    open: Address
    closed: Address

    def exits(self) -> Exits:
        yield self.open
        yield self.closed


@dataclass(frozen=True)
class Desk:
    """Hands the patient to a person who serves `queue`; `unavailable` when nobody can take over."""

    queue: str
    unavailable: Address
    message: Address  # the patient would rather leave a message

    def exits(self) -> Exits:
        yield self.unavailable
        yield self.message


@dataclass(frozen=True)
class Voicemail:
    """Records a message and keeps it: for whoever is at the desk, or in the box that the variable `box` names."""

    says: tuple[str, ...]
    at_most_s: float
    done: Address
    silent: Address
    box: str | None = None

    def exits(self) -> Exits:
        yield self.done
        yield self.silent


@dataclass(frozen=True)
class Text:
    """Sends the patient a text message; on the text channel it is simply said."""

    prompt: str
    then: Address

    def exits(self) -> Exits:
        yield self.then


@dataclass(frozen=True)
class HangUp:
    """Says goodbye and ends the dialogue."""

    says: tuple[str, ...]

    def exits(self) -> Exits:
        yield from ()


Node = Say | Menu | Digits | Choose | Run | End | Do | If | Hours | Desk | Voicemail | Text | HangUp
