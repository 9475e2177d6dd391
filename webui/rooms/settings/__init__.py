"""Settings: who the clinic is, how it books, its lines, the words of its texts, how its desk works; versions, back-ups,
who did what."""

from __future__ import annotations

from webui.rooms.settings import (
    agents,
    backups,
    calendar,
    clinic,
    hours,
    index,
    lines,
    music,
    outside,
    programs,
    queues,
    recording,
    rules,
    service,
    trail,
    versions,
    wordings,
)
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    for room in (index, clinic, hours, calendar, rules, lines, wordings, programs, versions, backups, trail):
        room.add_to(routes)
    for of_the_desk in (queues, music, agents, outside, recording, service):
        of_the_desk.add_to(routes)
