"""Prompts: everything that the box says, in the computer's voice or in the clinic's own."""

from __future__ import annotations

from webui.rooms.prompts import editing, listing, one, script, sound
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    for part in (listing, one, editing, sound, script):
        part.add_to(routes)
