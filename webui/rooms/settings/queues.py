"""The queues in which callers wait for a person: their names, order, times, and what callers hear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bottle import HTTPError, HTTPResponse

from firmware.clinic.desk_settings import DESK, LONGEST_IDLE, RING_ALL, DeskSettings, QueueSettings
from firmware.language.values import Name
from firmware.staff import agents
from firmware.staff.rights import Right
from webui.reader import Change, Reader
from webui.rooms.settings import desk_saving, saving
from webui.rooms.settings.desk_saving import UNNAMED, Field
from webui.rooms.settings.saving import NotSaved
from webui.routes import Routes

ADDRESS = "/settings/queues"
ONE = f"{ADDRESS}/<key:re:[a-z0-9-]+>"
MOST_QUEUES = 20
NEW = QueueSettings("", Name(UNNAMED, UNNAMED))
FIELDS = (
    Field("strategy", "choice", choices=(LONGEST_IDLE, RING_ALL)),
    Field("ring_s", least=5, most=60),
    Field("missed_in_a_row", least=1, most=10),
    Field("skip_s", most=600),
    Field("own_language_s", most=600),
    Field("priority", most=9),
    Field("wrap_up_s", most=600),
    Field("needs_disposition", "switch"),
    Field("announces_agent", "switch"),
    Field("announce_every_s", least=20, most=300),
    Field("callback_after_s", least=-1, most=1800),
    Field("longest_wait_s", least=30, most=7200),
    Field("most_waiting", most=100),
    Field("asks_rating", "switch"),
)


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show_all, Right.SETTINGS)
    routes.post(f"{ADDRESS}/order", move_up, Right.SETTINGS)
    routes.get(f"{ADDRESS}/new", ask_new, Right.SETTINGS)
    routes.post(f"{ADDRESS}/new", add, Right.SETTINGS)
    routes.get(ONE, show, Right.SETTINGS)
    routes.post(ONE, save, Right.SETTINGS)
    routes.post(f"{ONE}/remove", remove, Right.SETTINGS)


def show_all(reader: Reader) -> HTTPResponse:
    """The queues in their order, each with who takes its calls."""
    with reader.office.ledger.reading() as tx:
        staff = agents.all(tx)
    queues = [
        (queue, sorted((each.skills[queue.key], each.name) for each in staff if queue.key in each.skills))
        for queue in reader.office.desk_settings().queues
    ]
    return saving.page(reader, "settings/queues.html", DESK, queues=queues)


def move_up(reader: Reader) -> HTTPResponse:
    """One place nearer to the top."""
    key = reader.form.raw("key")

    def edit(change: Change, settings: DeskSettings) -> DeskSettings:
        at = _place(settings, key)
        change.detail = key
        return replace(settings, queues=_swapped(settings.queues, at) if at else settings.queues)

    return desk_saving.answer(
        reader, "queues ordered", edit, lambda refusal: saving.told(reader, refusal, ADDRESS), ADDRESS
    )


def ask_new(reader: Reader) -> HTTPResponse:
    return _page(reader, NEW)


def add(reader: Reader) -> HTTPResponse:
    """A queue at the end, whose calls all agents take unless they shall be chosen one by one."""

    def edit(change: Change, settings: DeskSettings) -> DeskSettings:
        if len(settings.queues) >= MOST_QUEUES:
            reader.form.refuse("name_zh", "queue.too_many")
        name = desk_saving.read_name(reader.form)
        key = _fresh_key(name, {queue.key for queue in settings.queues})
        before = QueueSettings(key, name)
        added = replace(before, **desk_saving.read_all(FIELDS, reader.form, before))
        if reader.form.flag("everybody"):
            agents.add_skill(change.tx, key)
        change.detail = key
        return replace(settings, queues=(*settings.queues, added))

    return desk_saving.answer(reader, "queue added", edit, lambda refusal: _page(reader, NEW, refusal), ADDRESS)


def show(reader: Reader, key: str) -> HTTPResponse:
    return _page(reader, _queue(reader.office.desk_settings(), key))


def save(reader: Reader, key: str) -> HTTPResponse:
    """Put one queue's settings in place; they hold for callers and agents at once."""

    def edit(change: Change, settings: DeskSettings) -> DeskSettings:
        at = _place(settings, key)
        before = settings.queues[at]
        values = desk_saving.read_all(FIELDS, reader.form, before)
        changed = replace(before, name=desk_saving.read_name(reader.form), **values)
        change.detail = key
        return replace(settings, queues=(*settings.queues[:at], changed, *settings.queues[at + 1 :]))

    before = _queue(reader.office.desk_settings(), key)
    return desk_saving.answer(reader, "queue set", edit, lambda refusal: _page(reader, before, refusal), ADDRESS)


def remove(reader: Reader, key: str) -> HTTPResponse:
    """The queue is there no more: who waits in it waits in the first one."""

    def edit(change: Change, settings: DeskSettings) -> DeskSettings:
        at = _place(settings, key)
        if len(settings.queues) == 1:
            raise NotSaved(reader.words("queue.last"))
        agents.forget_skill(change.tx, key)
        recorded = settings.recording
        recording = replace(recorded, off_queues=tuple(each for each in recorded.off_queues if each != key))
        change.detail = key
        return replace(settings, queues=settings.queues[:at] + settings.queues[at + 1 :], recording=recording)

    return desk_saving.answer(
        reader, "queue removed", edit, lambda refusal: saving.told(reader, refusal, ADDRESS), ADDRESS
    )


def _page(reader: Reader, queue: QueueSettings, refusal: NotSaved | None = None) -> HTTPResponse:
    return saving.page(
        reader,
        "settings/queue.html",
        DESK,
        refusal,
        queue=queue,
        is_new=queue is NEW,
        values=[(field, field.shown(queue), f"queue.{field.name}") for field in FIELDS],
    )


def _place(settings: DeskSettings, key: str) -> int:
    for at, queue in enumerate(settings.queues):
        if queue.key == key:
            return at
    raise HTTPError(404)


def _queue(settings: DeskSettings, key: str) -> QueueSettings:
    return settings.queues[_place(settings, key)]


def _swapped(queues: Sequence[QueueSettings], at: int) -> tuple[QueueSettings, ...]:
    return (*queues[: at - 1], queues[at], queues[at - 1], *queues[at + 1 :])


def _fresh_key(name: Name, taken: set[str]) -> str:
    """What flows call the queue: made of its English name, or counted."""
    made = re.sub(r"[^a-z0-9]+", "-", name.en.lower()).strip("-")[:30]
    base = made if made[:1].isascii() and made[:1].isalpha() else "queue"
    number = 1
    key = base
    while key in taken or key in ("new", "order"):
        number += 1
        key = f"{base}-{number}"
    return key
