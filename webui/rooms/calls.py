"""The journal of calls: the list with its filters, one call with its way through the menus, the table to take away."""

from __future__ import annotations

from typing import Any

from bottle import HTTPError, HTTPResponse

from firmware.clinic import call_journal, call_search, people, talk_notes
from firmware.clinic.call_journal import Call, NoSuchCall
from firmware.clinic.call_search import OUTCOMES, QUALITIES, Wanted
from firmware.clinic.errors import NoSuchPatient
from firmware.staff.rights import Right
from firmware.storage import audit, calls
from firmware.storage.ledger import Transaction
from webui.csv_file import as_text, csv_file
from webui.reader import Reader
from webui.rooms import calls_filter, calls_notes, calls_path, calls_sound, calls_words, talk_quality
from webui.rooms.calls_filter import RATINGS, Filter
from webui.routes import Routes

PAGE = 50
MOST_EXPORTED = 20_000
CALL = "/calls/<call_id:re:[0-9A-Za-z-]{1,40}>"


def add_to(routes: Routes) -> None:
    routes.get("/calls", show_list, Right.CALLS)
    routes.get("/calls/export", export, Right.CALLS)
    routes.get(CALL, show, Right.CALLS)
    routes.get(f"{CALL}/path", show_path, Right.CALLS)
    routes.get(f"{CALL}/recording", calls_sound.serve, Right.LISTEN)
    routes.get(f"{CALL}/recording/file", calls_sound.take, Right.DOWNLOAD)


def show_list(reader: Reader) -> HTTPResponse:
    """The calls that suit the filter, newest first; the list alone when only the filter has changed."""
    with reader.office.ledger.reading() as tx:
        asked = calls_filter.read(reader, tx)
        found = call_search.find(tx, asked.wanted, PAGE + 1, asked.after) if asked else []
        context: dict[str, Any] = {
            "form": reader.query,
            "asked": asked,
            "rows": _rows(reader, tx, found[:PAGE]),
            "older": asked.url("/calls", found[PAGE - 1].place) if asked and len(found) > PAGE else "",
            "newest": asked.url("/calls") if asked and asked.after else "",
            "export": asked.url("/calls/export") if asked else "",
        }
        if reader.is_part:
            return _with_address(reader.page("calls/list.html", **context), asked)
        context |= _choices(reader, tx) | {"patient": _patient_name(reader, tx)}
    return reader.page("calls/page.html", **context)


def export(reader: Reader) -> HTTPResponse:
    """The calls that suit the filter as a table; who took it away stands in the audit trail."""
    with reader.office.ledger.reading() as tx:
        asked = calls_filter.read(reader, tx)
        if asked is None:
            raise HTTPError(404)
        found = call_search.find(tx, asked.wanted, MOST_EXPORTED)
    with reader.office.ledger.transaction() as tx:
        told = f"{len(found)} calls, {_named_fields(asked)}"
        audit.record(tx, reader.now, reader.login, "calls exported", told)
    t = reader.words
    head = [t(f"calls.{key}") for key in ("time", "line", "caller", "patient", "outcome", "length", "ended", "id")]
    return csv_file(f"calls-{reader.today}.csv", head, [_csv_row(reader, each) for each in found])


def show(reader: Reader, call_id: str) -> HTTPResponse:
    """One call: facts, way through the menus, what it led to, its recording."""
    with reader.office.ledger.reading() as tx:
        call = _call(tx, call_id)
        bookings = call_journal.bookings_made(tx, call_id)
        texts = call_journal.texts_caused(tx, call, reader.now, [booking.id for _, booking in bookings])
        context = _path(reader, tx, call) | {
            "bookings": [(what, booking, people.patient(tx, booking.patient_id).name) for what, booking in bookings],
            "texts": texts,
            "left_message": call_journal.left_message(tx, call_id),
            **calls_sound.context(reader, tx, call),
            **calls_notes.context(reader, tx, call),
            **talk_quality.context(reader, tx, call),
        }
    return reader.page("calls/one.html", **context)


def show_path(reader: Reader, call_id: str) -> HTTPResponse:
    """The picture alone while the call goes on; when it is over, the whole page anew."""
    with reader.office.ledger.reading() as tx:
        call = _call(tx, call_id)
        context = _path(reader, tx, call)
    answer = reader.page("calls/path.html", **context)
    if call.is_over:
        answer.set_header("HX-Refresh", "true")
    return answer


def _path(reader: Reader, tx: Transaction, call: Call) -> dict[str, Any]:
    flows = reader.office.places.flows(call.flow, call.flow_version)
    return {
        "call": call,
        "caller": calls_words.caller(call, reader.words),
        "outcome": calls_words.outcome(call, reader.office.places, reader.words),
        "end": calls_words.end(call, reader.words),
        "stops": calls_path.stops(calls.events(tx, call.id), flows, reader.words),
        "most_stops": calls_path.MOST_STOPS,
    }


def _call(tx: Transaction, call_id: str) -> Call:
    try:
        return call_journal.call(tx, call_id)
    except NoSuchCall as error:
        raise HTTPError(404) from error


def _choices(reader: Reader, tx: Transaction) -> dict[str, Any]:
    """What the filters offer."""
    words, settings = reader.words, reader.office.desk_settings()
    speakers = [(each.user_id, f"{each.extension or '–'} {each.name}") for each in call_search.speakers(tx)]
    return {
        "lines": [(line, line) for line in call_search.lines(tx, _known_lines(reader))],
        "flows": [(flow, flow) for flow in call_search.flows(tx)],
        "outcomes": [(outcome, words(f"outcome.{outcome}")) for outcome in OUTCOMES],
        "ratings": [(key, words(f"calls.rating_{key}")) for key in RATINGS if key],
        "qualities": [(key, words(f"calls.quality_{key}")) for key in QUALITIES],
        "speakers": speakers,
        "dispositions": [(talk_notes.key_of(each), words.name(each)) for each in settings.dispositions],
    }


def _rows(reader: Reader, tx: Transaction, found: list[Call]) -> list[dict[str, Any]]:
    speakers = call_search.speakers_in(tx, [call.id for call in found])
    known = {each.user_id: each for each in call_search.speakers(tx)} if speakers else {}
    return [
        {
            "call": call,
            "caller": calls_words.caller(call, reader.words),
            "outcome": calls_words.outcome(call, reader.office.places, reader.words),
            "speakers": [known[user_id] for user_id in speakers.get(call.id, ())],
        }
        for call in found
    ]


def _csv_row(reader: Reader, call: Call) -> list[str]:
    words = reader.words
    return [
        f"{call.started_at.astimezone(reader.zone):%Y-%m-%d %H:%M:%S}",
        call.line,
        as_text(call.caller) or calls_words.caller(call, words),
        words.name(call.patient),
        calls_words.outcome(call, reader.office.places, words).text,
        str(round(call.seconds)) if call.is_over else "",
        calls_words.end(call, words),
        call.id,
    ]


def _known_lines(reader: Reader) -> list[str]:
    status = reader.office.phone.status() or {}
    return [str(line["name"]) for line in status.get("lines", [])]


def _patient_name(reader: Reader, tx: Transaction) -> str:
    """Whose calls are shown, when the address names a patient."""
    patient_id = reader.query.key("patient_id")
    try:
        return reader.words.name(people.patient(tx, patient_id).name) if patient_id else ""
    except NoSuchPatient:
        return ""


def _named_fields(asked: Filter) -> str:
    """Which filters were set; not what stood in them, for that may be a patient's name or number."""
    return "all" if asked.wanted == Wanted(is_test=False) else "by " + ", ".join(sorted(asked.fields))


def _with_address(answer: HTTPResponse, asked: Filter | None) -> HTTPResponse:
    if asked is not None:
        answer.set_header("HX-Push-Url", asked.url("/calls"))
    return answer
