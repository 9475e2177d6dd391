"""How recordings are kept: the class of one, its legal hold, and what the nightly purges did and will do."""

from __future__ import annotations

import shutil
from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import retention
from firmware.staff.rights import Right
from firmware.storage import recording_index
from firmware.storage.recording_index import Keeping
from webui.reader import Reader
from webui.rooms.calls import CALL
from webui.routes import Routes

ADDRESS = "/recordings"
SHOWN = 10
COUNTED = ("by_age", "by_quota", "messages", "held", "leftovers", "orphan_files", "orphan_rows", "failed")
MOST_REASON = 150


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.AUDIT)
    routes.post(f"{CALL}/keep", keep, Right.SUPERVISE)
    routes.post(f"{CALL}/hold", hold, Right.SUPERVISE)
    routes.post(f"{CALL}/release", release, Right.SUPERVISE)


def show(reader: Reader) -> HTTPResponse:
    """What goes when, what is on hold, what the last purges did."""
    rules = reader.office.desk_settings().recording
    with reader.office.ledger.reading() as tx:
        context: dict[str, Any] = {
            "coming": retention.next_to_go(tx, rules, SHOWN),
            "held": retention.on_hold(tx, SHOWN),
            "purges": retention.past_purges(tx, SHOWN),
        }
    disk = shutil.disk_usage(reader.office.folders.recordings)
    days = [(reader.words.code("keep_class", name), days) for name, days in rules.keep_days.items()]
    days.append((reader.words("keep_class.message"), retention.message_days(rules)))
    used = round(disk.used * 100 / disk.total)
    return reader.page(
        "recordings/page.html", rules=rules, days=dict(days).items(), used=used, shown=SHOWN, counted=COUNTED, **context
    )


def keep(reader: Reader, call_id: str) -> HTTPResponse:
    """Give the recording another class."""
    known = reader.office.desk_settings().recording.keep_days
    name = reader.form.choice("keep_class", known)
    if not reader.form.is_good:
        return reader.refused("form.choose", _page(call_id))
    before = _kept(reader, call_id)
    with reader.changing("recording class") as change:
        if not recording_index.keep_as(change.tx, call_id, name):
            raise HTTPError(404)
        change.detail = f"{call_id}, {before.keep_class} to {name}"
    return reader.done("calls.keep_done", _page(call_id), name=reader.words.code("keep_class", name))


def hold(reader: Reader, call_id: str) -> HTTPResponse:
    """No purge deletes it until somebody releases it; the audit trail says who wanted that, and why."""
    return _hold(reader, call_id, is_held=True)


def release(reader: Reader, call_id: str) -> HTTPResponse:
    """It may go when its time is over."""
    return _hold(reader, call_id, is_held=False)


def _hold(reader: Reader, call_id: str, *, is_held: bool) -> HTTPResponse:
    why = reader.form.text("why", MOST_REASON)
    if not reader.form.is_good:
        return reader.refused("calls.hold_needs_reason", _page(call_id))
    with reader.changing("recording held" if is_held else "recording released") as change:
        done = (
            recording_index.hold(change.tx, call_id, reader.login)
            if is_held
            else recording_index.release(change.tx, call_id)
        )
        if not done:
            raise HTTPError(404)
        change.detail = f"{call_id}: {why}"
    return reader.done("calls.hold_done" if is_held else "calls.release_done", _page(call_id))


def _kept(reader: Reader, call_id: str) -> Keeping:
    with reader.office.ledger.reading() as tx:
        found = recording_index.keeping(tx, call_id)
    if found is None:
        raise HTTPError(404)
    return found


def _page(call_id: str) -> str:
    return f"/calls/{call_id}"
