"""Every page of the box with an address that shows it in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

from firmware.clinic import sample, schedule
from firmware.clinic.schedule import Wish
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage.account_schema import account_entries
from firmware.storage.call_schema import calls, voice_messages
from tests.browser.a_day import CHEN_MIN, STRANGER
from tests.scenarios.stage import Stage
from webui.app import all_routes
from webui.routes import PAGE

THURSDAY = date(2026, 3, 5)
PASSWORD = "quiet lamp over water"
NOT_PAGES = (  # parts of pages, files, and what only leads elsewhere
    "/today/now", "/today/day", "/today/desk", "/calls/export", "/calls/<call_id:re:[0-9A-Za-z-]{1,40}>/recording",
    "/calls/<call_id:re:[0-9A-Za-z-]{1,40}>/recording/file", "/quality/next",
    "/calls/<call_id:re:[0-9A-Za-z-]{1,40}>/path", "/certificate/clinicbox.crt", "/flows/file", "/messages/news",
    "/messages/voice/<message_id:int>/sound", "/messages/voice/<message_id:int>/answer/sound",
    "/messages/greeting/sound", "/patients/pick", "/prompts/sound", "/prompts/say", "/setup",
    "/setup/zone-time", "/setup/<step>", "/test-phone/holder", "/test-phone/callers", "/test-phone/transcript",
    "/test-phone/state", "/test-phone/texts", "/test-phone/deeds", "/patients/<patient_id:int>/timeline",
    "/desk/pop/facts", "/desk/pop/people", "/desk/pop/knowledge", "/desk/pop/text", "/desk/colleagues",
    "/desk/last-talks", "/desk/queues", "/desk/state", "/phone-service", "/wall/now", "/wall/day", "/figures/export",
    "/settings/music/sound",
)  # fmt: skip  # /setup has stories of its own


def rules() -> set[str]:
    """The rules of everything that a browser shows as a page."""
    return {route.rule for route in all_routes() if route.method == "GET" and route.kind == PAGE} - {*NOT_PAGES}


def known() -> set[str]:
    """The rules that the tour has an address for."""
    return {*_FIXED, *_FOUND}


def addresses(stage: Stage) -> dict[str, str]:
    """Of each rule an address on this stage's day."""
    shown = dict(_FIXED)
    for rule, find in _FOUND.items():
        shown[rule] = find(stage)
    return shown


def _booking(stage: Stage) -> int:
    return int(stage.booked(channel="voice")[0].id)


def _free_slot(stage: Stage) -> str:
    with stage.ledger.reading() as tx:
        free = schedule.free_slots(tx, sample.profile(), stage.clock.now(), THURSDAY, Wish(doctor_id=1))
    return quote(free[2].id, safe="")


def _call(stage: Stage) -> str:
    return str(next(call.id for call in stage.rows(calls) if call.outcome == "booked"))


def _admin(stage: Stage) -> int:
    with stage.ledger.reading() as tx:
        found = users.by_login(tx, "admin")
    assert found is not None
    return found.id


def _doctor(stage: Stage) -> int:
    with stage.ledger.transaction() as tx:
        found = users.by_login(tx, "wang")
        return (found or users.create(tx, stage.clock.now(), "wang", "王建国", Role.DOCTOR, PASSWORD)).id


def _desk(stage: Stage) -> str:
    """The tour's administrator takes calls."""
    with stage.ledger.transaction() as tx:
        agents.make(tx, _admin(stage), Card(extension="8001"))
    return "/desk"


_FIXED = {
    "/": "/",
    "/account": "/account",
    "/sign-in": "/sign-in",
    "/welcome": "/welcome",
    "/certificate": "/certificate",
    "/bookings": "/bookings",
    "/bookings/find": "/bookings/find?q=wang",
    "/bookings/cancelled": "/bookings/cancelled",
    "/calls": "/calls",
    "/flows": "/flows",
    "/flows/version": "/flows/version?template=default&version=0",
    "/flows/difference": "/flows/difference?template=default&from=0&to=0",
    "/flows/draft": "/flows/draft?template=default",
    "/messages": "/messages",
    "/messages/inbox": "/messages/inbox",
    "/messages/outbox": "/messages/outbox",
    "/messages/voice": "/messages/voice",
    "/messages/mine": "/messages/mine",
    "/messages/to": "/messages/to?q=wang",
    "/messages/with": f"/messages/with?number={STRANGER}",
    "/tasks": "/tasks",
    "/tasks/new": "/tasks/new?patient=1",
    "/knowledge": "/knowledge",
    "/knowledge/new": "/knowledge/new",
    "/knowledge/<article_id:int>": "/knowledge/1",
    "/patients": "/patients?q=chen",
    "/patients/new": "/patients/new",
    "/patients/<patient_id:int>": "/patients/1",
    "/patients/<patient_id:int>/statement": "/patients/1/statement",
    "/patients/<patient_id:int>/edit": "/patients/3/edit",
    "/patients/<patient_id:int>/numbers/remove": f"/patients/2/numbers/remove?number={CHEN_MIN}",
    "/patients/<patient_id:int>/cards/new": "/patients/3/cards/new",
    "/patients/<patient_id:int>/cards/<card:re:[0-9]+>/pin": "/patients/1/cards/100016/pin",
    "/prompts": "/prompts",
    "/prompts/script": "/prompts/script",
    "/prompts/piece": "/prompts/piece?piece=front.welcome&language=zh",
    "/quality": "/quality",
    "/quality/forms": "/quality/forms",
    "/quality/forms/new": "/quality/forms/new",
    "/quality/forms/<key:re:[a-z0-9_]+>": "/quality/forms/talk",
    "/quality/mine": "/quality/mine",
    "/recordings": "/recordings",
    "/roster": "/roster",
    "/roster/days": "/roster/days?what=away&doctor=1&first=2026-03-02&last=2026-03-03&part=day",
    "/roster/extra": "/roster/extra",
    "/roster/visits": "/roster/visits",
    "/roster/weekly": "/roster/weekly",
    "/roster/weekly/<family:re:doctor>/<owner_id:int>": "/roster/weekly/doctor/1",
    "/roster/weekly/<family:re:department>/<owner_id:int>": "/roster/weekly/department/1",
    "/settings": "/settings",
    "/settings/clinic": "/settings/clinic",
    "/settings/hours": "/settings/hours",
    "/settings/calendar": "/settings/calendar",
    "/settings/rules": "/settings/rules",
    "/settings/lines": "/settings/lines",
    "/settings/programs": "/settings/programs",
    "/settings/wordings": "/settings/wordings",
    "/settings/wordings/<key>": "/settings/wordings/booked.time",
    "/settings/versions": "/settings/versions",
    "/settings/versions/<number:int>": "/settings/versions/1",
    "/settings/backups": "/settings/backups",
    "/settings/trail": "/settings/trail",
    "/settings/queues": "/settings/queues",
    "/settings/queues/new": "/settings/queues/new",
    "/settings/queues/<key:re:[a-z0-9-]+>": "/settings/queues/reception",
    "/settings/agents": "/settings/agents",
    "/settings/outside": "/settings/outside",
    "/settings/recording": "/settings/recording",
    "/settings/music": "/settings/music",
    "/settings/service": "/settings/service",
    "/figures": "/figures",
    "/wall": "/wall",
    "/wall/tv": "/wall/tv",
    "/test-phone": "/test-phone",
    "/users": "/users",
    "/users/new": "/users/new",
}

_FOUND: dict[str, Callable[[Stage], str]] = {
    "/desk": _desk,
    "/bookings/book": lambda stage: f"/bookings/book?slot={_free_slot(stage)}&patient=5",
    "/bookings/<booking_id:int>": lambda stage: f"/bookings/{_booking(stage)}",
    "/bookings/<booking_id:int>/ticket": lambda stage: f"/bookings/{_booking(stage)}/ticket",
    "/bookings/<booking_id:int>/move": lambda stage: f"/bookings/{_booking(stage)}/move?slot={_free_slot(stage)}",
    "/calls/<call_id:re:[0-9A-Za-z-]{1,40}>": lambda stage: f"/calls/{_call(stage)}",
    "/desk/pop": lambda stage: f"/desk/pop?call={_call(stage)}",
    "/messages/voice/<message_id:int>": lambda stage: f"/messages/voice/{stage.rows(voice_messages)[0].id}",
    "/patients/<patient_id:int>/receipt/<entry_id:int>": lambda stage: (
        f"/patients/1/receipt/{stage.rows(account_entries, patient_id=1)[-1].id}"
    ),
    "/settings/agents/<user_id:int>": lambda stage: f"/settings/agents/{_admin(stage)}",
    "/users/<user_id:int>/doctor": lambda stage: f"/users/{_doctor(stage)}/doctor",
    "/users/<user_id:int>": lambda stage: f"/users/{_admin(stage)}",
}
