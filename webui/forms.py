"""What a form sent, read field by field: all of it is hostile, and what is wrong stands beside its field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, time, timedelta
from decimal import Decimal

from firmware.phone_number import NotANumber, normalise

LONGEST_FIELD = 2000
REACH = timedelta(days=3660)  # ten years either way are enough for a clinic, and dates have an end
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # text turners too


class Form:
    """The fields that came; each reader gives a usable value and notes an error where there was none.

    `errors` holds a text key for each wrong field; look at it before you act. `raw` is what to show again.
    """

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent
        self.errors: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._sent

    def names(self) -> tuple[str, ...]:
        """Of every field that came."""
        return tuple(self._sent)

    @property
    def is_good(self) -> bool:
        return not self.errors

    def raw(self, name: str, default: str = "") -> str:
        """What was typed, to be shown in the field again."""
        return self._sent.get(name, default)[:LONGEST_FIELD]

    def refuse(self, name: str, key: str) -> None:
        """The field is wrong for the reason in the text `key`; the first reason stays."""
        self.errors.setdefault(name, key)

    def text(self, name: str, most: int = 60, *, needed: bool = True, lines: bool = False) -> str:
        """Printable text without blanks at its ends; in one line unless `lines`."""
        value = _CONTROL.sub("", self.raw(name)).replace("\r\n", "\n").strip()
        if not lines:
            value = " ".join(value.split())
        if needed and not value:
            self.refuse(name, "form.needed")
        if len(value) > most or len(self._sent.get(name, "")) > LONGEST_FIELD:
            self.refuse(name, "form.too_long")
        return value[:most]

    def secret(self, name: str) -> str:
        """As typed: a password may hold anything."""
        return self._sent.get(name, "")[:LONGEST_FIELD]

    def choice(self, name: str, known: Collection[str], default: str | None = None) -> str:
        """One of `known`; forged and missing ones are refused unless there is a default for the missing."""
        value = self._sent.get(name)
        if value is None and default is not None:
            return default
        if value not in known:
            self.refuse(name, "form.choose")
            return default if default is not None else next(iter(known), "")
        return str(value)

    def flag(self, name: str) -> bool:
        """A box that was ticked."""
        return self._sent.get(name) in ("1", "on", "yes")

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number from `least` to `most`."""
        value = self.raw(name).strip()
        if not value and default is not None:
            return default
        if re.fullmatch(r"-?[0-9]{1,9}", value) and least <= int(value) <= most:
            return int(value)
        self.refuse(name, "form.whole")
        return least

    def key(self, name: str) -> int:
        """The id of something, from a hidden field; 0 (which nothing has) when it is none."""
        value = self._sent.get(name, "")
        return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else 0

    def cents(self, name: str, most: int = 10_000_000) -> int:
        """An amount of money such as 20 or 20.50, in cents."""
        value = self.raw(name).strip()
        cents = int(Decimal(value) * 100) if re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", value) else most + 1
        if cents > most:
            self.refuse(name, "form.money")
            return 0
        return cents

    def day(self, name: str, default: date) -> date:
        """A date as the browser's date field sends it (ISO 8601); the default when there is none."""
        value = self.raw(name).strip()
        if not value:
            return default
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(name, "form.date")
            return default

    def near_day(self, name: str, default: date, today: date) -> date:
        """A date with room around it: within `REACH` of today."""
        day = self.day(name, default)
        if abs(day - today) > REACH:
            self.refuse(name, "form.date")
            return today
        return day

    def time(self, name: str) -> time:
        """A time of day as the browser's time field sends it: 08:30."""
        value = self.raw(name).strip()
        if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
            return time.fromisoformat(value)
        self.refuse(name, "form.time")
        return time()

    def phone(self, name: str, *, needed: bool = True) -> str | None:
        """A telephone number in normal form; None when it is left out and may be."""
        value = self.raw(name).strip()
        if not value and not needed:
            return None
        try:
            return normalise(value)
        except NotANumber:
            self.refuse(name, "form.phone" if value else "form.needed")
            return None
