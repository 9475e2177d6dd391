"""The page itself: all its parts are there from the beginning, and the script shows those that the seat needs."""

from __future__ import annotations

import json

from bottle import HTTPResponse

from firmware.clinic.desk_settings import NOT_READY_REASONS
from firmware.control.channel import ControlError
from firmware.staff import agents
from firmware.staff.errors import NoSuchAgent
from webui.desk_service import Headset
from webui.reader import Reader
from webui.rooms.desk.deeds import LONGEST_PURPOSE
from webui.rooms.desk.shown import shown


def show(reader: Reader) -> HTTPResponse:
    """The desk; to somebody without an extension, who can give them one."""
    with reader.office.ledger.reading() as tx:
        try:
            agent = agents.find(tx, reader.signed_in.id)
        except NoSuchAgent:
            return reader.page("desk/no_extension.html")
        try:
            seat = json.dumps(shown(reader, tx, reader.office.desk.seat(agent.user_id)))
        except ControlError:
            seat = ""  # the script asks again until the exchange is there
    return reader.page(
        "desk/page.html",
        agent=agent,
        seat=seat,
        headsets=_headsets(reader),
        reasons=NOT_READY_REASONS,
        longest_purpose=LONGEST_PURPOSE,
        queues=reader.office.desk_settings().queues,
    )


def _headsets(reader: Reader) -> list[Headset]:
    """None while nobody can tell: who comes later chooses from a page that was loaded again."""
    try:
        return reader.office.desk.headsets()
    except ControlError:
        return []
