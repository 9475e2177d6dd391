"""What holds for the whole desk: what good service is, what calls are about, how long an agent's page is waited for."""

from __future__ import annotations

from dataclasses import replace

from bottle import HTTPResponse

from firmware.clinic.desk_settings import DESK, DeskSettings
from firmware.language.values import Name
from firmware.staff.rights import Right
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import desk_saving, saving
from webui.rooms.settings.desk_saving import NAME_CHARACTERS, Field
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/settings/service"
MOST_DISPOSITIONS = 30
FIELDS = (
    Field("service_level_s", least=5, most=300),
    Field("ageing_s", least=10, most=600),
    Field("vip_steps", most=20),
    Field("parked_s", least=5, most=300),
    Field("hold_reminder_s", least=10, most=600),
)


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put them in place at once."""

    def edit(change: Change, settings: DeskSettings) -> DeskSettings:
        values = desk_saving.read_all(FIELDS, reader.form, settings)
        return replace(settings, dispositions=_dispositions(reader.form), **values)

    return desk_saving.answer(reader, "desk set", edit, lambda refusal: _page(reader, refusal), ADDRESS)


def _page(reader: Reader, refusal: NotSaved | None = None) -> HTTPResponse:
    settings = reader.office.desk_settings()
    return saving.page(
        reader,
        "settings/service.html",
        DESK,
        refusal,
        values=[(field, field.shown(settings), f"desk_rule.{field.name}") for field in FIELDS],
        dispositions="\n".join(_line(each) for each in settings.dispositions),
    )


def _dispositions(form: Form) -> tuple[Name, ...]:
    """One a line, in both languages with a / between them, or one text for both."""
    lines = [line for line in form.text("dispositions", 2000, lines=True).split("\n") if line.strip(" /")]
    names = []
    for line in lines:
        zh, _, en = (part.strip() for part in line.partition("/"))
        names.append(Name(zh or en, en or zh))
    if len(names) > MOST_DISPOSITIONS or any(
        len(text) > NAME_CHARACTERS for each in names for text in (each.zh, each.en)
    ):
        form.refuse("dispositions", "service.dispositions_wrong")
    return tuple(dict.fromkeys(names))


def _line(name: Name) -> str:
    return name.zh if name.zh == name.en else f"{name.zh} / {name.en}"
