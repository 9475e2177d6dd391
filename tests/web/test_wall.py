"""The wall: what a supervisor sees of the desk, and how they step in; the exchange is played by this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from firmware.clinic import calendar
from firmware.clock import ManualClock
from firmware.control.channel import ControlServer
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import audit
from firmware.storage.audit import Trace
from tests.clinic.desk_days import caller, served
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD
from webui.office import Office

CALLER = "13800000001"


class NoTalk(Exception):
    """As the exchange refuses."""


class NoAgent(Exception):
    """As the exchange refuses."""


class Desk:
    """The exchange's desk, as far as the wall sees it: Li at 8001 talks, Wang at 8002 is ready."""

    def __init__(self, office: Office) -> None:
        with office.ledger.transaction() as tx:
            now = office.clock.now()
            self.li = users.create(tx, now, "li.na", "Li Na", Role.AGENT, PASSWORD).id
            self.wang = users.create(tx, now, "wang.fang", "Wang Fang", Role.AGENT, PASSWORD).id
            agents.make(tx, self.li, Card(extension="8001"))
            agents.make(tx, self.wang, Card(extension="8002"))
        self.talk: dict[str, Any] = {"call": "c1", "number": CALLER, "direction": "in", "queue": "reception"}
        since = (now - timedelta(seconds=95)).isoformat()
        self.seats: list[dict[str, Any]] = [
            {"user": self.li, "extension": "8001", "state": "talking", "since": since, "talk": self.talk},
            {"user": self.wang, "extension": "8002", "state": "ready", "since": since, "missed_in_a_row": 1},
        ]
        self.waiting: list[dict[str, Any]] = []
        self.own_state: str | None = None  # of the supervisor's own seat
        self.asked: list[dict[str, Any]] = []
        self.refuses: Exception | None = None

    def desk(self, _: dict[str, Any]) -> dict[str, Any]:
        queues = [{"key": "reception", "waiting": self.waiting}]
        return {"seats": self.seats, "queues": queues, "closed_now": False}

    def take(self, verb: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def taken(request: dict[str, Any]) -> dict[str, Any]:
            if self.refuses is not None:
                raise self.refuses
            self.asked.append({"ask": verb, **request})
            return {"seat": None}

        return taken

    def seat(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"seat": {"state": self.own_state} if self.own_state else None}

    def waits(self, **who: Any) -> None:
        usual = {"entry": 1, "call": "c2", "since_s": 10, "language": "zh", "number": "13900000009", "position": 1}
        self.waiting.append({**usual, "is_callback": False, "state": "waiting", **who})


VERBS = ("listen", "whisper", "barge", "leave", "release", "force", "closed_now", "sign_in")


@pytest.fixture
def exchange(office: Office) -> Iterator[Desk]:
    desk = Desk(office)
    handlers = {verb: desk.take(verb) for verb in VERBS}
    status = {"lines": [{"name": "L1", "kind": "voice", "state": "busy", "caller": CALLER, "since_s": 95.0}]}
    server = ControlServer(
        office.folders.control_socket, {**handlers, "desk": desk.desk, "seat": desk.seat, "status": lambda _: status}
    )
    server.start()
    yield desk
    server.close()


@pytest.fixture
def supervisor(sign_in: Callable[..., Browser], exchange: Desk) -> Browser:
    return sign_in("supervisor")


def trail(office: Office) -> list[Trace]:
    with office.ledger.reading() as tx:
        return audit.latest(tx)


def test_the_wall_shows_who_does_what_and_for_how_long(supervisor: Browser, exchange: Desk) -> None:
    exchange.talk["is_held"] = True
    page = supervisor.get("/wall")
    for words in ("Li Na", "8001", "On a call", CALLER, "on hold", "1:35", "Wang Fang", "Ready", "missed in a row: 1"):
        assert words in page.text
    assert 'href="/calls/c1"' in page.body
    assert "1 of 2" in page.text


def test_who_is_not_at_the_desk_stands_last(supervisor: Browser, exchange: Desk) -> None:
    exchange.seats = [exchange.seats[1] | {"state": "not-ready", "reason": "meal"}]
    page = supervisor.get("/wall").text
    assert "Not ready · Meal" in page
    assert page.index("Wang Fang") < page.index("Li Na") < page.index("Signed out")


def test_who_waits_stands_in_the_queue_with_their_wait(supervisor: Browser, exchange: Desk, office: Office) -> None:
    exchange.waits(since_s=75)
    agreed = (office.clock.now() + timedelta(minutes=90)).isoformat()
    exchange.waits(since_s=900, is_callback=True, number=CALLER, position=2, not_before=agreed, state="ringing")
    page = supervisor.get("/wall")
    for words in (
        "Reception",
        "13900000009",
        "1:15",
        "place 1",
        "wants to be called back at 10:30",
        "rings at an agent",
    ):
        assert words in page.text
    assert "queue is-bad" in page.body  # longer than good service allows; the callback's wait is no part of it


def test_a_queue_in_time_is_no_alarm(supervisor: Browser, exchange: Desk) -> None:
    exchange.waits(since_s=20)
    assert "is-bad" not in supervisor.part("/wall/now").body


def test_a_screen_in_the_room_shows_no_whole_number_and_no_button(supervisor: Browser, exchange: Desk) -> None:
    exchange.waits()
    for path in ("/wall/tv", "/wall/now?tv=1"):
        page = supervisor.get(path)
        assert "138****01" in page.text
        assert CALLER not in page.body
        assert "13900000009" not in page.body
        assert "Wang Xiuying" not in page.body  # whose number it is
        assert not page.forms


@pytest.mark.parametrize("how", ["listen", "whisper", "barge"])
def test_taking_part_in_a_call_leaves_a_trace(supervisor: Browser, exchange: Desk, office: Office, how: str) -> None:
    form = supervisor.get("/wall").form(f"/wall/agents/{exchange.li}/{how}")
    supervisor.send(form, why="training")
    assert exchange.asked == [{"ask": how, "user": _id(office, "supervisor"), "agent": exchange.li}]
    trace = trail(office)[0]
    assert (trace.who, trace.what, trace.detail) == ("supervisor", f"supervise {how}", "8001, training")


def test_who_takes_part_may_change_how_and_leave(supervisor: Browser, exchange: Desk, office: Office) -> None:
    exchange.seats[0]["supervised_by"] = {"user": _id(office, "supervisor"), "how": "listen"}
    page = supervisor.get("/wall")
    assert "You listen to Li Na. Nobody hears you." in page.text
    actions = [form.action for form in page.forms]
    assert f"/wall/agents/{exchange.li}/listen" not in actions
    supervisor.send(page.form(f"/wall/agents/{exchange.li}/leave"))
    assert trail(office)[0].what == "supervise leave"


def test_two_supervisors_do_not_take_part_in_one_call(supervisor: Browser, exchange: Desk) -> None:
    exchange.seats[0]["supervised_by"] = {"user": exchange.wang, "how": "whisper"}
    page = supervisor.get("/wall")
    assert "Wang Fang whispers" in page.text
    assert not [form for form in page.forms if form.action.startswith("/wall/agents/")]


def test_what_the_exchange_refuses_is_told_and_leaves_no_trace(
    supervisor: Browser, exchange: Desk, office: Office
) -> None:
    form = supervisor.get("/wall").form(f"/wall/agents/{exchange.li}/listen")
    before = trail(office)
    exchange.refuses = NoTalk("they are in no call")
    reply = supervisor.send(form)
    assert "This agent is in no call any more" in reply.text
    assert trail(office) == before


def test_a_call_is_ended_with_a_reason(supervisor: Browser, exchange: Desk, office: Office) -> None:
    form = supervisor.get("/wall").form("/wall/release")
    supervisor.send(form, agent=exchange.li, reason="  caller shouts  ")
    assert exchange.asked[-1]["ask"] == "release"
    assert (exchange.asked[-1]["agent"], exchange.asked[-1]["by"]) == (exchange.li, "supervisor")
    assert (trail(office)[0].what, trail(office)[0].detail) == ("call released", "8001, caller shouts")


@pytest.mark.parametrize("path", ["/wall/release", "/wall/force"])
def test_without_a_reason_nothing_happens(supervisor: Browser, exchange: Desk, path: str) -> None:
    form = supervisor.get("/wall").form(path)
    reply = supervisor.send(form, agent=exchange.li, state="ready", reason=" ")
    assert "please give a reason" in reply.text
    assert exchange.asked == []


@pytest.mark.parametrize("state", ["ready", "not-ready", "offline"])
def test_an_agent_is_forced_with_a_reason(supervisor: Browser, exchange: Desk, office: Office, state: str) -> None:
    form = supervisor.get("/wall").form("/wall/force")
    supervisor.send(form, agent=exchange.wang, state=state, reason="queue is long")
    asked = exchange.asked[-1]
    assert (asked["ask"], asked["agent"], asked["state"], asked["by"]) == ("force", exchange.wang, state, "supervisor")
    assert (trail(office)[0].what, trail(office)[0].detail) == (f"force {state}", "8002, queue is long")


def test_a_forged_state_or_agent_reaches_nobody(supervisor: Browser, exchange: Desk) -> None:
    form = supervisor.get("/wall").form("/wall/force")
    supervisor.send(form, agent=exchange.wang, state="talking", reason="x")
    supervisor.send(form, agent=4711, state="ready", reason="x")
    supervisor.send(form, agent="x", state="ready", reason="x")
    assert exchange.asked == []


def test_the_desk_is_closed_and_opened_again(supervisor: Browser, exchange: Desk, office: Office) -> None:
    page = supervisor.get("/wall")
    assert "Open now" in page.text
    supervisor.send(page.form("/wall/closed"))
    assert exchange.asked[-1]["on"] is True
    assert trail(office)[0].what == "desk closed"
    with office.ledger.transaction() as tx:  # as the exchange does
        calendar.close_now(tx, office.profile(), office.clock.now(), "supervisor")
    page = supervisor.get("/wall")
    assert "Closed by supervisor. Opens" in page.text
    supervisor.send(page.form("/wall/closed"))
    assert exchange.asked[-1]["on"] is False
    assert trail(office)[0].what == "desk opened"


@pytest.mark.usefixtures("exchange")
def test_outside_its_hours_the_desk_needs_no_closing(sign_in: Callable[..., Browser], clock: ManualClock) -> None:
    clock.advance(14 * 3600)
    page = sign_in("supervisor").get("/wall")
    assert "Closed by the hours" in page.text
    assert not [form for form in page.forms if form.action == "/wall/closed"]


def test_a_part_answers_with_the_wall_so_that_the_page_keeps_its_sound(supervisor: Browser, exchange: Desk) -> None:
    form = supervisor.get("/wall").form(f"/wall/agents/{exchange.li}/listen")
    body = "&".join(f"{name}={value}" for name, value in form.fields.items()).encode()
    reply = supervisor.send_raw(form.action, body, HX_Request="true")
    assert reply.status == 200
    assert "Li Na" in reply.text
    assert "<html" not in reply.body


@pytest.mark.parametrize(
    ("state", "signs_in"), [(None, True), ("offline", True), ("not-ready", False), ("ready", False)]
)
def test_who_listens_sits_at_their_own_seat(
    supervisor: Browser, exchange: Desk, office: Office, state: str | None, signs_in: bool
) -> None:
    exchange.own_state = state
    csrf = supervisor.get("/wall").form("/wall/release").fields["csrf"]
    assert supervisor.post("/wall/seat", csrf=csrf).status == 204
    assert [asked["ask"] for asked in exchange.asked] == ["sign_in"] * signs_in
    assert trail(office) == []  # nobody is heard yet


@pytest.mark.parametrize("state", ["ringing", "talking"])
def test_who_has_a_call_of_their_own_listens_to_no_other(supervisor: Browser, exchange: Desk, state: str) -> None:
    csrf = supervisor.get("/wall").form("/wall/release").fields["csrf"]
    exchange.own_state = state
    reply = supervisor.post("/wall/seat", csrf=csrf)
    assert (reply.status, reply.body) == (409, "You have a call of your own. Deal with it first.")


def test_who_has_no_extension_is_told_where_to_get_one(supervisor: Browser, exchange: Desk) -> None:
    csrf = supervisor.get("/wall").form("/wall/release").fields["csrf"]
    exchange.refuses = NoAgent("you have no extension")
    reply = supervisor.post("/wall/seat", csrf=csrf)
    assert (reply.status, reply.body[:27]) == (409, "You have no extension yet: ")


@pytest.mark.parametrize("role", ["desk", "agent", "doctor", "auditor"])
def test_nobody_else_sees_the_wall_or_steps_in(sign_in: Callable[..., Browser], exchange: Desk, role: str) -> None:
    browser = sign_in(role)
    assert browser.get("/wall").status == 403
    assert browser.post(f"/wall/agents/{exchange.li}/listen").status == 403
    assert exchange.asked == []


def test_without_the_exchange_the_day_is_there(sign_in: Callable[..., Browser], office: Office) -> None:
    page = sign_in("supervisor").get("/wall").text
    assert "The phone service is not running" in page
    assert "No agents yet" in page


def test_the_day_is_told_in_figures(supervisor: Browser, exchange: Desk, office: Office) -> None:
    now = office.clock.now()
    with office.ledger.transaction() as tx:
        served(tx, now, exchange.li, wait_s=10, ring_s=6, talk_s=100, wrap_s=20)
        served(tx, now, exchange.li, wait_s=50, ring_s=4, talk_s=40, wrap_s=0)
        caller(tx, now, "abandoned", 30)
        caller(tx, now, "abandoned", 2)
    day = supervisor.part("/wall/day").text
    assert "33 %" in day  # one in time of three: two answered, one gave up
    for words in ("0:30", "0:05", "1:20", "Gone within 5 s", "9:00"):
        assert words in day
    assert "Calls today: 2" in supervisor.get("/wall").text


def _id(office: Office, login: str) -> int:
    with office.ledger.reading() as tx:
        user = users.by_login(tx, login)
    assert user is not None
    return user.id
