"""How the clinic books: each rule with one sentence of what it does, its bounds and its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import set_up
from firmware.clinic.profile import CHARGE, RELEASE, ClinicProfile
from firmware.staff.rights import Right
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import saving
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/settings/rules"


@dataclass(frozen=True)
class Rule:
    """One setting of the profile as a field; `scale` is how many of the profile's units one of the field's is."""

    name: str
    kind: str = "whole"  # whole, time, switch, choice
    least: int = 0
    most: int = 0
    scale: int = 1
    choices: tuple[str, ...] = ()

    @property
    def default(self) -> Any:
        value = _DEFAULTS[self.name]
        return value // self.scale if self.kind == "whole" else value

    def shown(self, document: Mapping[str, Any]) -> str:
        """What the field holds."""
        value = document.get(self.name, _DEFAULTS[self.name])
        if self.kind == "whole":
            return str(int(value) // self.scale)
        return "1" if value is True else "" if value is False else str(value)[:5] if self.kind == "time" else str(value)

    def typed(self, form: Form) -> str:
        """The same, as it was sent."""
        if self.kind == "switch":
            return "1" if form.flag(self.name) else ""
        return form.raw(self.name)

    def read(self, form: Form) -> Any:
        """What the field says, for the document."""
        if self.kind == "whole":
            return form.whole(self.name, self.least, self.most) * self.scale
        if self.kind == "time":
            return f"{form.time(self.name):%H:%M}"
        return form.flag(self.name) if self.kind == "switch" else form.choice(self.name, self.choices)


RULES = (
    Rule("horizon_days", least=0, most=90),
    Rule("cancel_days_before", least=0, most=14),
    Rule("cancel_until", "time"),
    Rule("general_asks_day", "switch"),
    Rule("no_show_fee", "choice", choices=(RELEASE, CHARGE)),
    Rule("hold_s", least=2, most=15, scale=60),
    Rule("continue_s", least=0, most=60, scale=60),
    Rule("dialogue_life_s", least=2, most=1440, scale=60),
    Rule("text_parts", least=1, most=10),
    Rule("pin_tries_a_call", least=1, most=10),
    Rule("pin_tries_a_day", least=1, most=100),
)
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(ClinicProfile)}


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the rules in place; calls and texts follow them from the next question on."""

    def do() -> None:
        saving.save(reader, "rules set", lambda change, before: _edited(reader.form, change, before))

    return saving.answer(reader, do, lambda refusal: _page(reader, refusal), ADDRESS)


def _edited(form: Form, change: Change, before: dict[str, Any]) -> dict[str, Any]:
    """The document with what differs from what was shown; the rest keeps its defaults, or its odd half minute."""
    rules = {rule.name: rule.read(form) for rule in RULES if rule.typed(form) != rule.shown(before)}
    change.detail = ", ".join(rules)
    return {**before, **rules}


def _page(reader: Reader, refusal: NotSaved | None = None) -> HTTPResponse:
    document = reader.office.documents.load(set_up.CLINIC) or {}
    return saving.page(
        reader,
        "settings/rules.html",
        set_up.CLINIC,
        refusal,
        rules=[(rule, rule.shown(document), _default(reader, rule)) for rule in RULES],
    )


def _default(reader: Reader, rule: Rule) -> str:
    if rule.kind == "time" and isinstance(rule.default, time):
        return f"{rule.default:%H:%M}"
    if rule.kind == "switch":
        return reader.words("settings.on" if rule.default else "settings.off")
    return reader.words(f"rule.{rule.name}.{rule.default}") if rule.kind == "choice" else str(rule.default)
