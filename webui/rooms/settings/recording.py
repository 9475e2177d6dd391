"""What is recorded at the desk, what callers are told of it, and how long it is kept."""

from __future__ import annotations

from dataclasses import replace

from bottle import HTTPResponse

from firmware.clinic.desk_settings import DESK, DeskSettings, RecordingRules
from firmware.phone_number import is_mobile
from firmware.staff import agents
from firmware.staff.rights import Right
from webui.forms import Form
from webui.reader import Change, Reader
from webui.rooms.settings import desk_saving, saving
from webui.rooms.settings.desk_saving import Field
from webui.rooms.settings.lines import LINES
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/settings/recording"
LONGEST_DAYS = 3650
SWITCHES = (Field("records", "switch"), Field("announces", "switch"))
LIMITS = (Field("least_days", most=365), Field("quota_percent", least=10, most=99))


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.SETTINGS)
    routes.post(ADDRESS, save, Right.SETTINGS)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader)


def save(reader: Reader) -> HTTPResponse:
    """Put the rules in place; they hold from the next call on, and from the next night's purge."""

    def edit(change: Change, settings: DeskSettings) -> DeskSettings:
        return replace(settings, recording=_read(reader, settings.recording))

    return desk_saving.answer(reader, "recording set", edit, lambda refusal: _page(reader, refusal), ADDRESS)


def _read(reader: Reader, before: RecordingRules) -> RecordingRules:
    form = reader.form
    choices = _choices(reader, before)
    off = {what: tuple(each for each, _ in choices[what] if form.flag(f"{what}-{each}")) for what in choices}
    return replace(
        before,
        keep_days={key: _days(form, f"keep-{key}", before.keep_days[key]) for key in before.keep_days},
        off_queues=off["off_queues"],
        off_lines=off["off_lines"],
        off_agents=off["off_agents"],
        alarm_number=_alarm_number(form),
        **desk_saving.read_all(SWITCHES + LIMITS, form, before),
    )


def _alarm_number(form: Form) -> str:
    """Empty for nobody."""
    number = form.phone("alarm_number", needed=False) or ""
    if number and not is_mobile(number):
        form.refuse("alarm_number", "recording.alarm_number.wrong")
    return number


def _days(form: Form, field: str, before: int) -> int:
    return form.whole(field, 1, LONGEST_DAYS, before)


def _page(reader: Reader, refusal: NotSaved | None = None) -> HTTPResponse:
    rules = reader.office.desk_settings().recording
    return saving.page(
        reader,
        "settings/recording.html",
        DESK,
        refusal,
        rules=rules,
        switches=[(field, field.shown(rules), f"recording.{field.name}") for field in SWITCHES],
        limits=[(field, field.shown(rules), f"recording.{field.name}") for field in LIMITS],
        choices=_choices(reader, rules),
        longest_days=LONGEST_DAYS,
    )


def _choices(reader: Reader, rules: RecordingRules) -> dict[str, list[tuple[str, str]]]:
    """What can be left out of the recording: queues, lines, agents; also what is left out and there no more."""
    with reader.office.ledger.reading() as tx:
        people = [(agent.extension, f"{agent.name} {agent.extension}") for agent in agents.all(tx)]
    lines = (reader.office.documents.load(LINES) or {}).get("lines", [])
    queues = [(queue.key, reader.words.name(queue.name)) for queue in reader.office.desk_settings().queues]
    return {
        "off_queues": queues,
        "off_lines": _with(rules.off_lines, [(str(line["name"]), str(line["name"])) for line in lines]),
        "off_agents": _with(rules.off_agents, people),
    }


def _with(kept: tuple[str, ...], there: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return there + [(each, each) for each in kept if each not in {key for key, _ in there}]
