"""The test phone: one person at a time calls and texts the box, and what that did to visits can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from firmware.clinic import sample
from firmware.clock import ManualClock
from firmware.storage import audit, calls
from tests.clinic.visits import TUESDAY, book, slot_at, texts
from tests.web.browser import Browser, Reply
from tests.web.handset import TEXT, VOICE, Handset, eventually
from webui.office import Office
from webui.rooms.test_phone.page import MADE_UP
from webui.test_call import UNATTENDED_S
from webui.test_phone import AWAY_S
from webui.wizard import progress

SignIn = Callable[..., Browser]


@pytest.fixture
def handset(office: Office, clock: ManualClock) -> Iterator[Handset]:
    opened = Handset(office.folders, clock)
    yield opened
    opened.close()


def presses(browser: Browser, what: str, **fields: str) -> Reply:
    """What the page's script sends."""
    csrf = browser.get("/test-phone").form("").fields["csrf"]
    return browser.post(f"/test-phone/{what}", csrf=csrf, **fields)


def calls_box(browser: Browser, **fields: str) -> str:
    """The call's name."""
    return str(presses(browser, "call", **{"number": MADE_UP, **fields}).json["call"]["name"])


def state(browser: Browser) -> str:
    return str(browser.get("/test-phone/state").json["call"]["state"])


def journal(office: Office, call_id: str) -> None:
    """The box notes that the test call reached the main menu."""
    with office.ledger.transaction() as tx:
        calls.begin(tx, office.clock.now(), call_id, "test", MADE_UP, is_withheld=False)
        calls.note(tx, office.clock.now(), call_id, "node", "front.main")
        calls.note(tx, office.clock.now(), call_id, "said", "您好，预约请按一")
        calls.note(tx, office.clock.now(), call_id, "key", "1")


def test_a_call_from_green_button_to_hanging_up(admin: Browser, office: Office, handset: Handset) -> None:
    assert presses(admin, "pick-up").json == {"ready": True}
    name = calls_box(admin, withheld="1")
    assert handset.dialled == [{"from": MADE_UP, "to": VOICE, "withheld": True}]
    eventually(lambda: state(admin) == "ringing")
    handset.box_does(name, "answered")
    eventually(lambda: state(admin) == "answered")
    assert presses(admin, "press", keys="1").status == 200
    assert presses(admin, "press", keys="#").status == 200
    assert handset.pressed == ["1", "#"]
    assert presses(admin, "hang-up").json["call"]["state"] == "ended"
    assert handset.calls == {}
    with office.ledger.reading() as tx:
        assert [(trace.who, trace.what) for trace in audit.latest(tx, 1)] == [("admin", "test call")]


def test_the_page_of_a_call_that_the_box_ended_says_so(admin: Browser, handset: Handset) -> None:
    handset.box_does(calls_box(admin), "ended")
    eventually(lambda: state(admin) == "ended")
    assert presses(admin, "press", keys="1").json["told"] == "There is no call now."


def test_a_phone_that_is_not_there_yet_is_asked_for_again(admin: Browser, handset: Handset) -> None:
    handset.is_ready = False
    assert presses(admin, "pick-up").json == {"ready": False}
    handset.is_ready = True
    assert presses(admin, "pick-up").json == {"ready": True}


def test_without_the_phone_service_the_page_says_what_is_wrong(admin: Browser) -> None:
    reply = presses(admin, "pick-up")
    assert reply.status == 503
    assert "restarting" in reply.json["told"]
    assert admin.get("/test-phone").status == 200


@pytest.mark.parametrize("number", ["", "abc", VOICE, TEXT, "1" * 40])
def test_a_number_that_cannot_call_is_refused(admin: Browser, handset: Handset, number: str) -> None:
    assert presses(admin, "call", number=number).status == 422
    assert handset.dialled == []


@pytest.mark.parametrize("keys", ["", "A", "1,2", "1" * 21, "１"])
def test_only_keys_of_a_telephone_can_be_pressed(admin: Browser, handset: Handset, keys: str) -> None:
    calls_box(admin)
    assert presses(admin, "press", keys=keys).status == 409
    assert handset.pressed == []


# ---- one person at a time ----


def test_one_person_at_a_time_and_others_see_who(sign_in: SignIn, handset: Handset) -> None:
    admin, boss = sign_in("admin"), sign_in("supervisor")
    csrf = boss.get("/test-phone").form("").fields["csrf"]  # their page was open before
    calls_box(admin)
    assert "Admin is using the test phone" in boss.get("/test-phone").text
    refused = boss.post("/test-phone/call", csrf=csrf, number=MADE_UP)
    assert (refused.status, refused.json["told"]) == (409, "Admin is using the test phone")
    assert "Hx-Refresh" not in boss.part("/test-phone/holder").headers
    assert boss.get("/test-phone/state").json == {"call": None}
    admin.send(admin.get("/test-phone").form("/test-phone/put-back"))
    assert handset.calls == {}
    assert handset.asked[-1] == "test_phone_off"
    assert boss.part("/test-phone/holder").headers["Hx-Refresh"] == "true"
    calls_box(boss)
    assert "Supervisor is using the test phone" in admin.get("/test-phone").text


def test_a_page_that_was_left_gives_the_phone_back(sign_in: SignIn, handset: Handset, clock: ManualClock) -> None:
    admin, boss = sign_in("admin"), sign_in("supervisor")
    presses(admin, "pick-up")
    clock.advance(AWAY_S - 1)
    admin.get("/test-phone/state")  # its page is still open
    clock.advance(AWAY_S - 1)
    assert presses_unseen(boss).status == 409
    clock.advance(2)
    assert presses_unseen(boss).status == 200


def presses_unseen(browser: Browser) -> Reply:
    """The green button of a page opened before somebody else took the phone."""
    session = browser.get("/account").form("/account").fields["csrf"]
    return browser.post("/test-phone/pick-up", csrf=session)


@pytest.mark.parametrize("role", ["desk", "nurse", "doctor", "agent", "auditor"])
def test_who_may_not_test_has_no_test_phone(sign_in: SignIn, handset: Handset, role: str) -> None:
    person = sign_in(role)
    assert person.get("/test-phone").status == 403
    assert person.get("/test-phone/texts").status == 403
    assert person.post("/test-phone/call", number=MADE_UP).status == 403
    assert "Test phone" not in person.get("/").text


def test_a_call_that_nobody_listens_to_is_hung_up(admin: Browser, handset: Handset, clock: ManualClock) -> None:
    handset.box_does(calls_box(admin), "answered")
    eventually(lambda: state(admin) == "answered")
    clock.advance(UNATTENDED_S + 1)
    eventually(lambda: handset.calls == {})
    assert admin.get("/test-phone/state").json["call"]["lost"] is True


def test_a_call_that_an_earlier_web_process_left_makes_room(admin: Browser, handset: Handset) -> None:
    handset.calls["call-of-old"] = "answered"
    assert list(handset.calls) == ["call-of-old"]
    name = calls_box(admin)
    assert list(handset.calls) == [name]


# ---- what is said, texts, deeds ----


def test_the_transcript_follows_the_call(admin: Browser, office: Office, handset: Handset) -> None:
    assert "No call yet" in admin.part("/test-phone/transcript").text
    calls_box(admin)
    journal(office, "trial")
    shown = admin.part("/test-phone/transcript")
    assert [word for word in ("Now", "main menu", "您好，预约请按一", "book a visit") if word not in shown.text] == []
    assert "/flows/version?template=default&amp;version=0#node-front.main" in shown.body
    assert admin.get("/flows/version?template=default&version=0").body.count('id="node-front.main"') == 1
    presses(admin, "hang-up")
    assert "/calls/trial" in admin.part("/test-phone/transcript").body


def test_texts_stand_in_the_order_of_time(admin: Browser, office: Office, handset: Handset, clock: ManualClock) -> None:
    handset.shows(MADE_UP, "of somebody's test before", clock.now() - timedelta(minutes=5))
    form = admin.get("/test-phone").form("")
    page = admin.post("/test-phone/text", csrf=form.fields["csrf"], number=MADE_UP, body=" 帮助 ")
    clock.advance(2)
    handset.shows(MADE_UP, "回复“预约”办理预约", clock.now())
    clock.advance(2)
    admin.post("/test-phone/text", csrf=form.fields["csrf"], number="13800000001", body="预约")
    assert handset.sent[0] == {"from": MADE_UP, "to": TEXT, "body": "帮助"}
    assert "帮助" in page.text
    shown = admin.part("/test-phone/texts").text
    assert "before" not in shown
    assert [shown.index(body) for body in ("帮助", "回复", "13800000001")] == sorted(
        shown.index(body) for body in ("帮助", "回复", "13800000001")
    )


@pytest.mark.parametrize(("number", "body"), [(MADE_UP, "  "), (MADE_UP, "长" * 301), ("x", "帮助"), (TEXT, "帮助")])
def test_a_text_that_cannot_be_sent_is_refused_with_the_reason(
    admin: Browser, handset: Handset, number: str, body: str
) -> None:
    assert 'role="alert"' in presses(admin, "text", number=number, body=body).body
    assert handset.sent == []


def test_what_a_test_booked_is_taken_back_and_nobody_is_texted(
    admin: Browser, office: Office, handset: Handset
) -> None:
    calls_box(admin)
    journal(office, "trial")
    now, profile = office.clock.now(), sample.profile()
    with office.ledger.transaction() as tx:
        slot = slot_at(tx, profile, now, TUESDAY, "08:30")
        visit = book(tx, profile, now, slot, holder="call/trial", text_line="test-text")
    page = admin.get("/test-phone")
    assert f"/bookings/{visit.id}" in page.body
    after = admin.send(page.form("/test-phone/take-back"))
    assert "1 visits are as they were" in after.text
    assert "as it was before" in after.text
    assert [form for form in after.forms if form.action == "/test-phone/take-back"] == []
    with office.ledger.transaction() as tx:
        assert slot_at(tx, profile, now, TUESDAY, "08:30") == slot
        assert texts(tx) == []


def test_patients_can_be_found_to_call_as_them(admin: Browser) -> None:
    assert 'value="13800000001"' in admin.part("/test-phone/callers?q=wang").body
    assert "No patient" in admin.part("/test-phone/callers?q=nobody%27s").text
    assert admin.part("/test-phone/callers").text == ""


# ---- from the set-up ----


def test_from_a_call_out_of_the_set_up_one_comes_back_to_its_last_step(
    admin: Browser, office: Office, handset: Handset
) -> None:
    office.documents.save("wizard", {"step": "call", "people": None})
    assert 'href="/setup/call"' in admin.get("/test-phone?wizard=1").body
    handset.box_does(calls_box(admin), "answered")
    eventually(lambda: state(admin) == "answered")
    assert progress.reached(office) == progress.CALL, "only its owner ends the set-up"
    assert "Finish the set-up" in admin.get("/setup/call").text


def test_without_a_set_up_going_on_nothing_leads_back_to_it(admin: Browser) -> None:
    assert "Back to the set-up" not in admin.get("/test-phone?wizard=1").text
