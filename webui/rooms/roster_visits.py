"""Visits that the roster has no place for any more: who has to be told, how, and cancelling them with one button."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import roster_changes, stopped
from firmware.clinic.stopped import Stopped
from firmware.staff.rights import Right
from webui.reader import Reader, address
from webui.rooms.roster_form import keys
from webui.routes import Routes

MOST = 300


def add_to(routes: Routes) -> None:
    routes.get("/roster/visits", visits, Right.SEE)
    routes.post("/roster/visits/cancel", cancel, Right.BOOK)


def visits(reader: Reader) -> HTTPResponse:
    """Everybody who still counts on a half-day that does not take place; above them who is to be called."""
    with reader.office.ledger.reading() as tx:
        lost = roster_changes.without_a_place(tx, reader.profile, reader.today, MOST)
        waiting = stopped.told(tx, reader.profile, reader.now, lost)
        to_call = stopped.known(tx, keys(reader.query.raw("call").split("-"))[:MOST])
        calls = stopped.told(tx, reader.profile, reader.now, to_call)
    return reader.page("roster/visits.html", visits=waiting, calls=calls)


def cancel(reader: Reader) -> HTTPResponse:
    """Cancel the ticked visits, each once, and text whoever can be texted; then say whom to call."""
    wanted = set(keys(reader.chosen("visit", MOST)))
    if not wanted:
        return reader.refused("roster.visits.none_ticked", "/roster/visits")
    with reader.changing("roster cancel visits") as change:
        lost = roster_changes.without_a_place(change.tx, reader.profile, reader.today, MOST)
        chosen = [visit for visit in lost if visit.id in wanted]
        told = stopped.told(change.tx, reader.profile, reader.now, chosen)
        cause = f"desk/{reader.login}"
        report = stopped.cancel_all(change.tx, reader.profile, reader.now, chosen, cause=cause)
        gone = len(wanted) - report.texted - report.to_call
        change.detail = f"{len(wanted)} asked, {report.texted} texted, {report.to_call} to call, {gone} settled before"
    calls = "-".join(str(each.visit.id) for each in told if _is_to_be_called(each))
    return reader.done(
        "roster.done.cancelled", address("/roster/visits", call=calls),
        asked=len(wanted), texted=report.texted, to_call=report.to_call, gone=gone,
    )  # fmt: skip


def _is_to_be_called(each: Stopped) -> bool:
    return each.visit.state == "booked" and each.reach in (stopped.LANDLINE, stopped.NO_NUMBER)
