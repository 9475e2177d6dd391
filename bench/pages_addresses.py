"""Every page of the box that a GET shows, with an address of it that has something to show."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from bench.ledgers import NOW, profile
from bench.pages_clinic import FIRST_BOOKING, NUMBER, REGULAR, call_id
from firmware.clinic import schedule, wordings
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Ledger
from webui.app import all_routes
from webui.routes import PAGE

_TOMORROW = NOW.date() + timedelta(days=1)
_DAY = f"day={_TOMORROW}"
_CALL = "<call_id:re:[0-9A-Za-z-]{1,40}>"
_WEEKLY = "/roster/weekly/<family:re:{0}>/<owner_id:int>"

NOT_PAGES = {
    f"/calls/{_CALL}/recording": "a sound",
    "/messages/voice/<message_id:int>/sound": "a sound",
    f"/calls/{_CALL}/recording/file": "a sound",
    "/messages/voice/<message_id:int>/answer/sound": "a sound",
    "/messages/greeting/sound": "a sound",
    "/prompts/sound": "a sound",
    "/settings/music/sound": "a sound",
    "/prompts/say": "a sound",
    "/calls/export": "a file, as long as the calls that were asked for",
    "/figures/export": "a file",
    "/flows/file": "a file",
    "/quality/next": "leads on to a talk",
    "/users/<user_id:int>/doctor": "of a doctor's account, and the bench's clinic has none",
    "/desk/state": "of an agent at the desk, while the phone service is up",
    "/certificate/clinicbox.crt": "a file",
    "/sign-in": "leads on, for who has signed in",
    "/setup": "leads on",
    "/setup/<step>": "leads on when the clinic is set up",
}


def addresses(ledger: Ledger) -> dict[str, list[str]]:
    """The addresses to ask for, by rule; a page of many searches has one for each."""
    with ledger.reading() as tx:
        free = schedule.free_slots(tx, profile(), NOW, _TOMORROW, Wish(department_id=1))[-1].id
    found = {rule: [rule] for rule in _plain_rules()} | _chosen(free)
    return {rule: asked for rule, asked in found.items() if rule not in NOT_PAGES}


def _plain_rules() -> list[str]:
    return [each.rule for each in all_routes() if each.method == "GET" and each.kind == PAGE and "<" not in each.rule]


def _chosen(free_slot: str) -> dict[str, list[str]]:
    """What needs a patient, a call, a number or a search."""
    patient, booking, call = f"/patients/{REGULAR}", f"/bookings/{FIRST_BOOKING}", f"/calls/{call_id(300)}"
    number, other = NUMBER.format(0), f"/patients/{REGULAR + 7}"
    return {
        "/bookings": ["/bookings", f"/bookings?{_DAY}", f"/bookings?{_DAY}&patient={REGULAR}"],
        "/bookings/find": [f"/bookings/find?q={quote(words)}" for words in ("wxy", "王秀", number, "000001", "zzzz")],
        "/bookings/book": [f"/bookings/book?slot={free_slot}&patient={REGULAR}", f"/bookings/book?slot={free_slot}"],
        "/bookings/<booking_id:int>": [booking],
        "/bookings/<booking_id:int>/ticket": [booking + "/ticket"],
        "/bookings/<booking_id:int>/move": [f"{booking}/move?slot={free_slot}"],
        "/calls": [
            "/calls", "/calls?outcome=left&line=L1", "/calls?patient=wang", f"/calls?number={number}",
            f"/calls?patient_id={REGULAR}", "/calls?recorded=no", "/calls?recorded=yes", "/calls?outcome=none",
        ],
        f"/calls/{_CALL}": [call],
        f"/calls/{_CALL}/path": [call + "/path"],
        "/flows/version": ["/flows/version?template=default&version=0"],
        "/flows/difference": ["/flows/difference?template=default&from=0&to=0"],
        "/flows/draft": ["/flows/draft?template=default&version=0"],
        "/messages/voice/<message_id:int>": ["/messages/voice/1"],
        "/messages/to": ["/messages/to?q=wang"],
        "/messages/with": [f"/messages/with?number={number}"],
        "/patients": ["/patients", "/patients?q=wang", f"/patients?q={number}", "/patients?q=zzzz"],
        "/patients/pick": ["/patients/pick?q=wang"],
        "/patients/<patient_id:int>": [patient, other],
        "/patients/<patient_id:int>/timeline": [patient + "/timeline"],
        "/patients/<patient_id:int>/statement": [patient + "/statement"],
        "/patients/<patient_id:int>/edit": [patient + "/edit"],
        "/patients/<patient_id:int>/numbers/remove": [f"{patient}/numbers/remove?number={number}"],
        "/patients/<patient_id:int>/cards/new": [other + "/cards/new"],
        "/patients/<patient_id:int>/cards/<card:re:[0-9]+>/pin": ["/patients/1/cards/100016/pin"],
        "/patients/<patient_id:int>/receipt/<entry_id:int>": [patient + "/receipt/1000"],
        "/prompts/piece": ["/prompts/piece?piece=clinic&language=zh"],
        "/roster/days": ["/roster/days", f"/roster/days?what=closed&first={_TOMORROW}&last={_TOMORROW}&part=day"],
        _WEEKLY.format("doctor"): ["/roster/weekly/doctor/1"],
        _WEEKLY.format("department"): ["/roster/weekly/department/1"],
        "/settings/trail": ["/settings/trail", "/settings/trail?who=admin", f"/settings/trail?day={NOW.date()}"],
        "/settings/wordings/<key>": [f"/settings/wordings/{next(iter(wordings.shipped().keys()))}"],
        "/settings/versions/<number:int>": ["/settings/versions/1"],
        "/test-phone/callers": ["/test-phone/callers?q=wang"],
        "/users/<user_id:int>": ["/users/1"],
        "/desk/pop": [f"/desk/pop?call={call_id(300)}"],
        "/desk/pop/facts": [f"/desk/pop/facts?call={call_id(300)}"],
        "/desk/pop/people": [f"/desk/pop/people?call={call_id(300)}&q=wang"],
        "/desk/pop/text": [f"/desk/pop/text?call={call_id(300)}&article=1"],
        "/knowledge/<article_id:int>": ["/knowledge/1"],
        "/quality/forms/<key:re:[a-z0-9_]+>": ["/quality/forms/talk"],
        "/settings/queues/<key:re:[a-z0-9-]+>": ["/settings/queues/reception"],
        "/settings/agents/<user_id:int>": ["/settings/agents/1"],
    }  # fmt: skip
