"""How the settings change the desk's document, and how its values stand in fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bottle import HTTPResponse

from firmware.clinic.desk_settings import DESK, DeskSettings, load_desk, save_desk
from firmware.language.values import Name
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import saving
from webui.rooms.settings.saving import NotSaved, SettingsDocument

NAME_CHARACTERS = 40
UNNAMED = "-"
THE_DESK = SettingsDocument(DESK, load_desk, save_desk)

Edit = Callable[[Change, DeskSettings], DeskSettings]


@dataclass(frozen=True)
class Field:
    """One value as a field; `scale` is how many of the document's units one of the field's is."""

    name: str
    kind: str = "whole"  # whole, switch, choice
    least: int = 0
    most: int = 0
    scale: int = 1
    choices: tuple[str, ...] = ()

    def shown(self, of: Any) -> str:
        """What the field holds for the value in the settings `of`."""
        value = getattr(of, self.name)
        if self.kind == "switch":
            return "1" if value else ""
        return str(value // self.scale) if self.kind == "whole" else str(value)

    def read(self, form: Form, before: Any) -> Any:
        """What the field says; a value that was not touched keeps its odd seconds."""
        if self.kind == "switch":
            return form.flag(self.name)
        if self.kind == "choice":
            return form.choice(self.name, self.choices)
        if form.raw(self.name) == self.shown(before):
            return getattr(before, self.name)
        return form.whole(self.name, self.least, self.most) * self.scale


def read_all(fields: Iterable[Field], form: Form, before: Any) -> dict[str, Any]:
    """Every field's value, for `dataclasses.replace`."""
    return {field.name: field.read(form, before) for field in fields}


def save(reader: Reader, what: str, edit: Edit) -> None:
    """Put in place what `edit` makes of the settings, unless they are not the ones that the form showed.

    Raises `NotSaved`.
    """
    saving.save_document(reader, what, THE_DESK, edit)


def answer(
    reader: Reader, what: str, edit: Edit, again: Callable[[NotSaved], HTTPResponse], address: str
) -> HTTPResponse:
    """Save, then on to `address`; where nothing was saved, what `again` makes of the refusal."""
    return saving.answer(reader, lambda: save(reader, what, edit), again, address)


def read_name(form: Form, field: str = "name") -> Name:
    """A name in both languages; one that is left out is the other's. Look at `form.errors` before you use it."""
    zh, en = (form.text(f"{field}_{language}", NAME_CHARACTERS, needed=False) for language in ("zh", "en"))
    if not zh and not en:
        form.refuse(f"{field}_zh", "form.needed")
    return Name(zh or en or UNNAMED, en or zh or UNNAMED)
