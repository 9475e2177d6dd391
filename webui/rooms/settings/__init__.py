"""Settings: who the clinic is, how it books, its lines, the words of its texts; versions, back-ups, who did what."""

from __future__ import annotations

from webui.rooms.settings import backups, clinic, hours, index, lines, rules, trail, versions, wordings
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    for room in (index, clinic, hours, rules, lines, wordings, versions, backups, trail):
        room.add_to(routes)
