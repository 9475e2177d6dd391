"""Whom people at the desk may call outside, by class; and the numbers that everybody may call."""

from __future__ import annotations

import re
from dataclasses import replace

from bottle import HTTPResponse

from firmware.clinic.desk_settings import DESK, RESCUE, CallClass, DeskSettings
from firmware.staff import agents
from firmware.staff.rights import Right
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import desk_saving, saving
from webui.rooms.settings.desk_saving import Field
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/settings/outside"
MOST_CLASSES = 20
MINUTE_S = 60
FIELDS = (Field("free_lines", most=8),)
_PREFIX = re.compile(r"\+?[0-9]{1,15}|\+", re.ASCII)
_SHORT = re.compile(r"[0-9]{3,8}", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、;；]+")


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the classes in place; they hold from the next call on."""

    def edit(change: Change, settings: DeskSettings) -> DeskSettings:
        form = reader.form
        classes = _classes(form, settings.call_classes)
        for agent in agents.all(change.tx):
            if agent.outside_class not in {each.key for each in classes}:
                raise NotSaved(reader.words("outside.in_use", who=agent.name))
        numbers = _words(form, "emergency_numbers", _SHORT)
        if not set(RESCUE) <= set(numbers):
            form.refuse("emergency_numbers", "outside.rescue")
        change.detail = ", ".join(each.key for each in classes)
        values = desk_saving.read_all(FIELDS, form, settings)
        return replace(settings, call_classes=classes, emergency_numbers=numbers, **values)

    return desk_saving.answer(reader, "calls outside set", edit, lambda refusal: _page(reader, refusal), ADDRESS)


def _page(reader: Reader, refusal: NotSaved | None = None) -> HTTPResponse:
    settings = reader.office.desk_settings()
    return saving.page(
        reader,
        "settings/outside.html",
        DESK,
        refusal,
        classes=[*settings.call_classes, CallClass("")],
        numbers=" ".join(settings.emergency_numbers),
        values=[(field, field.shown(settings), f"desk_rule.{field.name}") for field in FIELDS],
    )


def _classes(form: Form, before: tuple[CallClass, ...]) -> tuple[CallClass, ...]:
    """The classes that stay, and a new one whose name was filled in."""
    kept = [_class(form, at, each) for at, each in enumerate(before) if not form.flag(f"remove-{at}")]
    at = len(before)
    if form.raw(f"name-{at}_zh").strip() or form.raw(f"name-{at}_en").strip():
        keys = {each.key for each in before}
        key = next(f"class-{number}" for number in range(1, MOST_CLASSES + 2) if f"class-{number}" not in keys)
        kept.append(_class(form, at, CallClass(key)))
    if len(kept) > MOST_CLASSES:
        form.refuse(f"name-{at}_zh", "outside.too_many")
    return tuple(kept)


def _class(form: Form, at: int, before: CallClass) -> CallClass:
    return replace(
        before,
        name=desk_saving.read_name(form, f"name-{at}"),
        prefixes=_words(form, f"prefixes-{at}", _PREFIX),
        forbidden=_words(form, f"forbidden-{at}", _PREFIX),
        longest_s=form.whole(f"longest-{at}", 0, 240, 0) * MINUTE_S,
    )


def _words(form: Form, field: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    """What stands in the field, one after the other, without repetitions."""
    found = tuple(dict.fromkeys(each for each in _BETWEEN.split(form.raw(field).strip()) if each))
    if not all(pattern.fullmatch(each) for each in found) or len(found) > 50:
        form.refuse(field, "outside.beginnings")
    return found
