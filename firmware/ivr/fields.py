"""Reads the fields of one part of a flow document, and says what is wrong with them and where."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from firmware.ivr.nodes import Address, Plain


class FlowError(Exception):
    """A flow document is wrong; the message names the flow and the node."""


class Fields:
    """The fields of one mapping; every field that is asked for counts as known, others are refused at the end."""

    def __init__(self, plain: Any, place: str, flow: str) -> None:
        self._place = place
        self._flow = flow
        if not isinstance(plain, Mapping):
            raise self.error("should hold fields")
        self._plain = {str(key): value for key, value in plain.items()}
        self._known: set[str] = set()

    def __contains__(self, name: str) -> bool:
        self._known.add(name)
        return name in self._plain

    def error(self, what: str) -> FlowError:
        return FlowError(f"{self._place}: {what}")

    def take(self, name: str) -> Any:
        """The field, which must be there."""
        if name not in self:
            raise self.error(f"dead end: {name!r} is missing" if _leads_on(name) else f"{name!r} is missing")
        return self._plain[name]

    def text(self, name: str) -> str:
        value = self.take(name)
        if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
            raise self.error(f"{name!r} should be a word")
        return str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of prompts, or a single one."""
        value = self._plain.get(name, []) if name in self else []
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) and each for each in values):
            raise self.error(f"{name!r} should name prompts")
        return tuple(values)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self._plain[name] if name in self else default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(f"{name!r} should be a number from {least} to {most}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self._plain[name] if name in self else default
        if not isinstance(value, bool):
            raise self.error(f"{name!r} should be true or false")
        return value

    def items(self, name: str) -> list[Any]:
        value = self._plain[name] if name in self else []
        if not isinstance(value, list):
            raise self.error(f"{name!r} should be a list")
        return value

    def children(self, name: str) -> list[Fields]:
        return [Fields(each, f"{self._place}, {name}", self._flow) for each in self.items(name)]

    def mapping(self, name: str, needed: bool = False) -> Mapping[str, Plain]:
        value = self.take(name) if needed else self._plain.get(name, {}) if name in self else {}
        if not isinstance(value, Mapping) or (needed and not value):
            raise self.error(f"{name!r} should hold fields")
        return value

    def address(self, name: str) -> Address:
        return self.address_of(self.take(name), name)

    def address_of(self, value: Any, name: str = "entries") -> Address:
        if not isinstance(value, str | int) or not str(value).strip("."):
            raise self.error(f"{name!r} should name a node")
        flow, dot, node = str(value).rpartition(".")
        if not (dot or self._flow):
            raise self.error(f"{name!r} should be written flow.node, not {value!r}")
        return Address(flow if dot else self._flow, node)

    def addresses(self, name: str) -> Mapping[str, Address]:
        return {str(key): self.address_of(value, name) for key, value in self.mapping(name, needed=True).items()}

    def refuse_others(self) -> None:
        """Refuse fields that nobody asked for."""
        for name in self._plain:
            if name not in self._known:
                near = get_close_matches(name, self._known, n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                raise self.error(f"unknown field {name!r}{hint}")


def _leads_on(name: str) -> bool:
    return name in ("then", "outcomes", "else", "none", "done", "silent", "open", "closed", "unavailable")
