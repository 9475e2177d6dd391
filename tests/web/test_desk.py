"""The desk's page: the seat in words, what its buttons ask of the exchange, and refusals that a person understands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from firmware.acd import errors
from firmware.clinic.last_talks import last_talks
from firmware.clock import ManualClock
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.storage import calls
from firmware.storage.desk_schema import talks
from tests.web.browser import Browser, Reply
from tests.web.seats import CALLER, Seats
from webui.office import Office
from webui.words import Words, page_texts

SignIn = Callable[..., Browser]
REFUSALS = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.DeskError)]


@pytest.fixture
def seats(office: Office, clock: ManualClock) -> Iterator[Seats]:
    opened = Seats(office.folders, clock)
    yield opened
    opened.close()


@pytest.fixture
def me(desk: Browser, office: Office) -> int:
    """The receptionist has the extension 8001."""
    return agent(office, "desk", "8001")


def agent(office: Office, login: str, extension: str) -> int:
    with office.ledger.transaction() as tx:
        user = users.by_login(tx, login)
        assert user is not None
        agents.make(tx, user.id, Card(extension=extension))
    return user.id


def asks(browser: Browser, what: str, **fields: str) -> Reply:
    """What the page's script sends."""
    csrf = browser.get("/desk").body.partition('data-csrf="')[2].partition('"')[0]
    reply = browser.send_raw(
        f"/desk/{what}",
        "&".join(f"{name}={value}" for name, value in fields.items()).encode(),
        X_CSRF_Token=csrf,
        Accept="application/json",
    )
    assert reply.headers["Content-Type"] == "application/json"
    return reply


def seat(browser: Browser) -> Any:
    return browser.get("/desk/state").json["seat"]


# ---- who sees it ----


def test_who_has_no_extension_is_told_who_can_give_one(desk: Browser, seats: Seats) -> None:
    assert "You have no extension yet" in desk.get("/desk").text
    assert "/settings" in desk.get("/desk").body


def test_somebody_who_never_signed_in_is_signed_out(desk: Browser, me: int, seats: Seats) -> None:
    assert seat(desk)["state"] == "offline"
    assert seat(desk)["state_words"] == "Signed out"
    assert "Sign in at the desk" in desk.get("/desk").text


def test_while_the_exchange_is_away_the_page_is_there_and_says_so(desk: Browser, me: int) -> None:
    assert desk.get("/desk").status == 200
    reply = desk.get("/desk/state")
    assert (reply.status, "restarting" in reply.json["told"]) == (503, True)
    for part in ("/desk/colleagues", "/desk/queues", "/desk/last-talks"):
        assert desk.part(part).status == 200


def test_of_colleagues_nothing_is_claimed_while_the_exchange_is_away(
    desk: Browser, sign_in: SignIn, office: Office, me: int
) -> None:
    sign_in("agent")
    agent(office, "agent", "8002")
    part = desk.part("/desk/colleagues")
    assert "Agent" in part.text
    assert "Signed out" not in part.text


# ---- the seat in words ----


@pytest.mark.parametrize(("language", "words"), [("en", "Meal"), ("zh", "吃饭")])
def test_an_absence_says_why_and_since_when(
    sign_in: SignIn, office: Office, seats: Seats, clock: ManualClock, language: str, words: str
) -> None:
    browser = sign_in("desk", language)
    seats.sits(agent(office, "desk", "8001"), "not-ready", reason="meal")
    clock.advance(90)
    assert (seat(browser)["state_words"], seat(browser)["since_s"]) == (words, 90.0)


def test_a_call_that_rings_says_who_where_and_for_how_long(desk: Browser, me: int, seats: Seats) -> None:
    seats.offers(me)
    offer = seat(desk)["offer"]
    assert (offer["who"], offer["queue"], offer["language"]) == (CALLER, "Reception", "Chinese")
    assert (offer["kind"], offer["waited_s"], offer["seconds_left"]) == ("A call", 42, 13)
    assert seat(desk)["pop_call"] == "call-1"
    seats.talks(me, direction="inside", number="8002", queue=None, entry=None)
    assert seat(desk)["pop_call"] == "", "a colleague is nobody to register"


def test_a_patient_who_is_known_is_named(desk: Browser, me: int, seats: Seats) -> None:
    seats.offers(me, patient=1)
    assert seat(desk)["offer"]["who"] == "Wang Xiuying"


def test_how_long_somebody_is_on_hold_is_told_once_the_box_knows(
    desk: Browser, me: int, seats: Seats, clock: ManualClock
) -> None:
    seats.talks(me)
    assert seat(desk)["talk"]["held_s"] is None
    seats.talks(me, is_held=True, held_since=(clock.now() - timedelta(seconds=61)).isoformat())
    assert seat(desk)["talk"]["held_s"] == 61.0


def test_a_withheld_number_and_a_colleague_are_said_as_such(
    desk: Browser, sign_in: SignIn, office: Office, me: int, seats: Seats
) -> None:
    seats.offers(me, number=None)
    assert seat(desk)["offer"]["who"] == "withheld"
    sign_in("agent")
    agent(office, "agent", "8002")
    seats.offers(me, asked_by="8002", queue=None)
    assert seat(desk)["offer"]["who"] == "Agent"
    assert seat(desk)["offer"]["kind"] == "From a colleague"


def test_a_talk_is_about_whom_the_call_turned_out_to_be_about(
    desk: Browser, office: Office, me: int, seats: Seats, clock: ManualClock
) -> None:
    with office.ledger.transaction() as tx:
        calls.begin(tx, clock.now(), "call-1", "L1", CALLER, is_withheld=False)
    seats.talks(me)
    assert seat(desk)["talk"]["who"] == CALLER
    with office.ledger.transaction() as tx:
        calls.describe(tx, "call-1", patient_id=2)
    assert seat(desk)["talk"]["who"] == "Chen Min"
    assert (seat(desk)["talk"]["since_s"], seat(desk)["talk"]["is_recorded"]) == (65.0, True)


def test_a_decision_of_somebody_else_is_told_with_their_name(desk: Browser, me: int, seats: Seats) -> None:
    seats.sits(me, "not-ready", notice={"kind": "forced-not-ready", "by": "Li Na"})
    assert seat(desk)["notice_words"] == "Li Na made you not ready."
    seats.talks(me)
    seats.seats[me]["supervised_by"] = {"user": 9, "how": "whisper"}
    assert "the caller does not hear it" in seat(desk)["supervised_words"]


# ---- what the buttons ask ----


@pytest.mark.parametrize(
    ("path", "fields", "verb", "details"),
    [
        ("sign-in", {"device": "browser"}, "sign_in", {"device": "browser"}),
        ("sign-in", {"device": "headset"}, "sign_in", {"device": "headset"}),
        (
            "sign-in",
            {"device": "headset:plughw:CARD=Front,DEV=0"},
            "sign_in",
            {"device": "headset", "card": "plughw:CARD=Front,DEV=0"},
        ),
        ("mute", {"on": "1"}, "mute", {"on": True}),
        ("sign-out", {}, "sign_out", {}),
        ("ready", {}, "ready", {}),
        ("not-ready", {"reason": "meal"}, "not_ready", {"reason": "meal"}),
        ("wrapped-up", {}, "wrapped_up", {}),
        ("more-time", {}, "more_time", {}),
        ("answer", {}, "answer", {}),
        ("reject", {}, "reject", {}),
        ("hang-up", {}, "hang_up", {}),
        ("hold", {}, "hold", {}),
        ("resume", {}, "resume", {}),
        ("digits", {"keys": "1*"}, "digits", {"keys": "1*"}),
        ("dial", {"number": "138 0000-0002"}, "dial", {"number": "13800000002", "purpose": ""}),
        ("dial", {"number": "8002", "purpose": "lunch"}, "dial", {"number": "8002", "purpose": "lunch"}),
        ("consult", {"to": "8002"}, "consult", {"to": "8002"}),
        ("join", {}, "join", {}),
        ("complete", {}, "complete", {}),
        ("cancel-consult", {}, "cancel_consult", {}),
        ("transfer", {"to": "queue:reception"}, "transfer", {"to": "queue:reception"}),
        ("transfer", {"to": "8002"}, "transfer", {"to": "8002"}),
        ("to-flow", {"to": "back"}, "to_flow", {"to": "back"}),
        ("pick-up", {"extension": "8002"}, "pick_up", {"extension": "8002"}),
        ("record", {"on": "1"}, "record", {"on": True}),
        ("record", {"on": ""}, "record", {"on": False}),
    ],
)
def test_a_button_asks_for_the_own_seat_only(
    desk: Browser, me: int, seats: Seats, path: str, fields: dict[str, str], verb: str, details: dict[str, Any]
) -> None:
    seats.sits(me)
    reply = asks(desk, path, user="999", **fields)  # whoever a page claims to be
    assert reply.json["seat"]["state"] == "ready"
    assert seats.asked == [(verb, {"user": me, **details})]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("sign-in", {"device": "fax"}),
        ("sign-in", {"device": "headset:" + "x" * 101}),
        ("not-ready", {"reason": "not-answering"}),
        ("digits", {"keys": "A"}),
        ("digits", {"keys": "1" * 21}),
        ("digits", {}),
        ("dial", {"number": "mother"}),
        ("dial", {"number": "8"}),
        ("consult", {"to": "queue:reception"}),
        ("transfer", {"to": "queue:;drop"}),
        ("transfer", {}),
        ("to-flow", {"to": "elsewhere"}),
        ("pick-up", {"extension": "-"}),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_not_passed_on(
    desk: Browser, me: int, seats: Seats, path: str, fields: dict[str, str]
) -> None:
    seats.sits(me)
    reply = asks(desk, path, **fields)
    assert reply.status == 422
    assert reply.json["told"]
    assert seats.asked == []


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_of_the_desk_is_said_in_both_languages(
    desk: Browser, me: int, seats: Seats, kind: type[Exception]
) -> None:
    if kind is errors.DeskError:
        return
    seats.sits(me)
    seats.refusals["answer"] = kind("in the exchange's own words")
    reply = asks(desk, "answer")
    key = f"desk.refused.{kind.__name__}"
    assert (reply.status, reply.json["told"]) == (409, Words(page_texts(), "en")(key))
    assert Words(page_texts(), "zh")(key) != reply.json["told"]


def test_headsets_at_the_box_are_offered_and_who_has_one_is_said(desk: Browser, me: int, seats: Seats) -> None:
    seats.headsets = [
        {"card": "plughw:CARD=Front,DEV=0", "name": "Logitech <H340>", "used_by": None},
        {"card": "plughw:CARD=Back,DEV=0", "name": "Jabra", "used_by": "8002"},
    ]
    page = desk.get("/desk").body
    assert 'value="headset:plughw:CARD=Front,DEV=0">' in page
    assert "Logitech &lt;H340&gt;" in page
    assert 'value="headset:plughw:CARD=Back,DEV=0" disabled>' in page
    assert "extension 8002 has it" in page


def test_without_a_headset_and_a_telephone_there_is_nothing_to_choose(desk: Browser, me: int, seats: Seats) -> None:
    assert 'name="device"' not in desk.get("/desk").body


def test_a_call_from_another_page_comes_back_to_it(desk: Browser, me: int, seats: Seats) -> None:
    seats.sits(me, has_sound=True)
    csrf = desk.get("/patients/1").form("/").fields["csrf"]
    reply = desk.post("/desk/dial", csrf=csrf, number=CALLER, purpose="result")
    assert desk.path == "/patients/1"
    assert "The call is being made" in reply.text
    assert seats.asked == [("dial", {"user": me, "number": CALLER, "purpose": "result"})]


def test_a_call_from_another_page_that_nobody_would_hear_leads_to_the_desk(
    desk: Browser, me: int, seats: Seats
) -> None:
    seats.sits(me)
    csrf = desk.get("/patients/1").form("/").fields["csrf"]
    assert desk.post("/desk/dial", csrf=csrf, number=CALLER, follow=False).location == "/desk"


@pytest.mark.parametrize("number", ["13800000001", "mother"])
def test_a_call_from_another_page_that_is_refused_says_why_there(
    desk: Browser, me: int, seats: Seats, number: str
) -> None:
    seats.sits(me)
    seats.refusals["dial"] = errors.NumberForbidden("")
    csrf = desk.get("/patients/1").form("/").fields["csrf"]
    reply = desk.post("/desk/dial", csrf=csrf, number=number)
    assert desk.path == "/patients/1"
    assert "You may not call this number" in reply.text or "no telephone number" in reply.text


def test_who_signs_out_of_the_box_gets_no_calls(desk: Browser, me: int, seats: Seats) -> None:
    seats.sits(me)
    desk.send(desk.get("/account").form("/sign-out"))
    assert seats.asked == [("sign_out", {"user": me})]


def test_who_signs_out_of_a_second_browser_stays_at_the_desk(
    desk: Browser, sign_in: SignIn, me: int, seats: Seats
) -> None:
    seats.sits(me)
    telephone = sign_in("desk")
    telephone.send(telephone.get("/account").form("/sign-out"))
    assert seats.asked == []


# ---- the lists ----


def test_colleagues_are_there_with_what_they_do(
    desk: Browser, sign_in: SignIn, office: Office, me: int, seats: Seats
) -> None:
    for login, extension in (("agent", "8002"), ("nurse", "8003"), ("doctor", "8004")):
        sign_in(login)
        agent(office, login, extension)
    with office.ledger.reading() as tx:
        by_extension = {each.extension: each.user_id for each in agents.all(tx)}
    seats.sits(by_extension["8003"], "ringing")
    seats.sits(by_extension["8004"], "not-ready", reason="meeting")
    part = desk.part("/desk/colleagues")
    assert [part.text.index(word) for word in ("Nurse", "Doctor", "Agent")] == sorted(
        part.text.index(word) for word in ("Nurse", "Doctor", "Agent")
    )  # who is there comes first
    assert "Meeting" in part.text
    assert 'data-extension="8003"' in part.body  # can be picked up
    assert 'data-number="8004"' in part.body
    assert 'data-number="8002"' not in part.body
    chosen = desk.part("/desk/colleagues?choose=1")
    assert chosen.body.count("disabled") == 1  # nobody is handed to who is away


def test_who_waits_is_counted_with_the_longest_wait(desk: Browser, me: int, seats: Seats) -> None:
    seats.waiting = [{"since_s": 12.4}, {"since_s": 75.2}]
    part = desk.part("/desk/queues")
    assert "2 waiting" in part.text
    assert 'data-seconds="75"' in part.body


def test_the_last_numbers_stand_there_once_each(
    desk: Browser, office: Office, me: int, clock: ManualClock, seats: Seats
) -> None:
    numbers = (CALLER, "13800000002", CALLER, None, "13900000077")
    with office.ledger.transaction() as tx:
        for at, number in enumerate(numbers):
            moment = clock.now() + timedelta(minutes=at)
            calls.begin(tx, moment, f"call-{at}", "L1", number, is_withheld=number is None)
            row = {"call_id": f"call-{at}", "user_id": me, "direction": "in", "number": number, "began_at": moment}
            tx.execute(talks.insert().values(row))
    with office.ledger.reading() as tx:
        assert [each.call_id for each in last_talks(tx, me, 2)] == ["call-4", "call-2"]
    assert desk.part("/desk/last-talks").body.count('data-does="call"') == 3
