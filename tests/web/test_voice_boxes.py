"""Boxes of voice messages: who sees and hears what, doctors' answers, the own greeting."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from firmware.clinic import message_boxes
from firmware.clinic.message_boxes import Left
from firmware.clock import ManualClock
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.storage import calls, recordings
from firmware.storage.desk_schema import queue_entries
from firmware.storage.people_schema import patient_contacts
from firmware.storage.staff_schema import audit
from tests.web.browser import Browser, ShownForm
from tests.web.test_messages import SOUND, WANG, SignIn, leave_message, receive, sent
from webui.office import Office


def user_id(office: Office, login: str) -> int:
    with office.ledger.reading() as tx:
        user = users.by_login(tx, login)
    assert user is not None
    return user.id


def leave_in(office: Office, box: str, number: str = WANG) -> int:
    (office.folders.voice_messages / "box.wav").write_bytes(SOUND)
    with office.ledger.transaction() as tx:
        call_id = f"c-{box}-{number}"
        calls.begin(tx, office.clock.now(), call_id, "L1", number, is_withheld=False)
        left = Left(call_id, number, "box.wav", 12, "zh", box, 1)
        return message_boxes.keep(tx, office.profile(), office.clock.now(), left)


def doctor_wang(sign_in: SignIn, office: Office) -> Browser:
    """Doctor Wang signed in, answering questions to him."""
    browser, admin = sign_in("doctor"), sign_in("admin")
    page = admin.get(f"/users/{user_id(office, 'doctor')}/doctor")
    admin.send(page.form(f"/users/{user_id(office, 'doctor')}/doctor"), doctor="1")
    return browser


def message(office: Office, key: int) -> recordings.VoiceMessage:
    with office.ledger.reading() as tx:
        found = recordings.message(tx, key)
    assert found is not None
    return found


def speech(seconds: float = 2.0) -> bytes:
    stream = io.BytesIO()
    hum = 0.3 * np.sin(np.arange(int(16000 * seconds)) * 2 * np.pi * 300 / 16000)
    soundfile.write(stream, hum, 16000, format="WAV")
    return stream.getvalue()


def test_a_personal_message_is_seen_by_its_owner_and_supervisors_only(sign_in: SignIn, office: Office) -> None:
    agent, desk, supervisor = sign_in("agent"), sign_in("desk"), sign_in("supervisor")
    key = leave_in(office, message_boxes.of_agent(user_id(office, "agent")))
    for browser, status in ((agent, 200), (supervisor, 200), (desk, 403)):
        assert browser.get(f"/messages/voice/{key}").status == status
        assert browser.get(f"/messages/voice/{key}/sound").status == status
    assert "for Agent" in agent.get("/messages").text
    assert f"/messages/voice/{key}" not in desk.get("/messages").body
    assert f"/messages/voice/{key}" not in desk.get("/messages/voice?box=all").body
    assert f"/messages/voice/{key}" in supervisor.get("/messages/voice?box=all").body
    with office.ledger.reading() as tx:
        heard = tx.execute(select(audit.c.who).where(audit.c.what == "voice message heard")).scalars().all()
    assert heard == ["agent", "supervisor"]


def test_nobody_deals_with_what_they_may_not_see(sign_in: SignIn, office: Office) -> None:
    agent, desk, doctor = sign_in("agent"), sign_in("desk"), sign_in("doctor")
    mine = leave_in(office, message_boxes.of_agent(user_id(office, "agent")))
    assert agent.get("/messages").status == 200
    leave_message(office)
    receive(office, "Hm?")
    token = desk.get("/messages").form("/messages/done").fields["csrf"]
    assert desk.post("/messages/done", csrf=token, once="a", kind="voice", id=mine).status == 403
    page = doctor.get("/account")
    token = page.form("/account").fields["csrf"]
    assert doctor.post("/messages/done", csrf=token, once="b", kind="text", id=1).status == 403
    assert message(office, mine).done_at is None


def test_a_doctor_sees_the_own_box_under_messages(sign_in: SignIn, office: Office) -> None:
    doctor = doctor_wang(sign_in, office)
    leave_message(office)
    leave_in(office, "doctor/1")
    page = doctor.get("/messages")
    assert "Waiting for you (1)" in page.text
    assert "not answered yet" in page.text
    assert page.body.count('<span class="unseen">waiting: </span>1') == 3
    assert doctor.get("/messages/inbox").status == 403


def test_a_doctor_answers_in_writing_and_the_patient_gets_a_code(sign_in: SignIn, office: Office) -> None:
    doctor = doctor_wang(sign_in, office)
    key = leave_in(office, "doctor/1")
    page = doctor.get(f"/messages/voice/{key}")
    assert "The patient gets a text with a code" in page.text
    page = doctor.upload(page.form(f"/messages/voice/{key}/answer"), "other", ("", b""), text="每天两次。")
    assert "A text with the code is on its way" in page.text
    assert "the code was texted, not heard yet" in page.text
    ((number, body, state, author),) = sent(office)
    assert (number, state, author) == (WANG, "queued", "doctor")
    assert str(message(office, key).answer_code) in body
    assert "两次" not in body
    assert "Waiting for you (0)" in doctor.get("/messages").text
    desk = sign_in("desk")
    for address in ("/messages/outbox", f"/messages/with?number={WANG}", "/patients/1"):
        shown = desk.get(address).text
        assert "代码••••••" in shown
        assert str(message(office, key).answer_code) not in shown


def test_a_doctor_answers_by_voice(sign_in: SignIn, office: Office) -> None:
    doctor = doctor_wang(sign_in, office)
    key = leave_in(office, "doctor/1")
    form = doctor.get(f"/messages/voice/{key}").form(f"/messages/voice/{key}/answer")
    doctor.upload(form, "sound", ("answer.wav", speech()))
    file = message(office, key).answer_file
    assert file is not None
    assert soundfile.info(office.folders.voice_messages / file).samplerate == 8000
    assert doctor.get(f"/messages/voice/{key}/answer/sound").status == 200
    assert sign_in("desk").get(f"/messages/voice/{key}/answer/sound").status == 403
    (office.folders.voice_messages / "box.wav").unlink()
    with office.ledger.transaction() as tx:
        assert recordings.find_lost_messages(tx, office.clock.now(), office.folders.voice_messages) == 0


@pytest.mark.parametrize(
    ("text", "sound", "told"),
    [
        ("", b"", "Record the answer or write it first"),
        ("Rest.", speech(1.0), "not both"),
        ("", b"no sound", "no recording that the box can read"),
    ],
)
def test_an_answer_is_one_of_the_two(sign_in: SignIn, office: Office, text: str, sound: bytes, told: str) -> None:
    doctor = doctor_wang(sign_in, office)
    key = leave_in(office, "doctor/1")
    form = doctor.get(f"/messages/voice/{key}").form(f"/messages/voice/{key}/answer")
    assert told in doctor.upload(form, "sound", ("a.wav", sound), text=text).text
    assert message(office, key).answered_at is None


def test_a_supervisor_hears_questions_but_does_not_answer_them(sign_in: SignIn, office: Office) -> None:
    doctor, supervisor = doctor_wang(sign_in, office), sign_in("supervisor")
    key = leave_in(office, "doctor/1")
    form = doctor.get(f"/messages/voice/{key}").form(f"/messages/voice/{key}/answer")
    page = supervisor.get(f"/messages/voice/{key}")
    assert "Answer the patient" not in page.text
    token = page.form("/messages/done").fields["csrf"]
    reply = supervisor.upload(ShownForm(form.action, "post", {"csrf": token, "once": "c"}), "o", ("", b""), text="Run.")
    assert reply.status == 403


def test_where_no_text_can_go_the_desk_gets_the_task_to_tell_the_answer(sign_in: SignIn, office: Office) -> None:
    doctor, desk = doctor_wang(sign_in, office), sign_in("desk")
    with office.ledger.transaction() as tx:
        tx.execute(patient_contacts.delete())
    key = leave_in(office, "doctor/1", "02161230009")
    page = doctor.get(f"/messages/voice/{key}")
    assert "No text can reach this patient" in page.text
    doctor.upload(page.form(f"/messages/voice/{key}/answer"), "other", ("", b""), text="Rest a day.")
    assert "Rest a day." not in desk.get("/messages").text  # it is to be done once
    page = desk.get("/tasks")
    assert "Tell a doctor's answer" in page.text
    assert f'href="/messages/voice/{key}"' in page.body
    assert "Rest a day." in desk.get(f"/messages/voice/{key}").text
    page = desk.send(desk.get("/tasks").form("/tasks/done"))
    assert (message(office, key).heard_at, message(office, key).done_by) == (office.clock.now(), "desk")
    desk.send(page.form("/tasks/reopen"))
    assert message(office, key).heard_at is None
    assert "Tell a doctor's answer" in desk.get("/tasks").text


def test_an_answer_told_from_the_messages_page_is_no_task_any_more(sign_in: SignIn, office: Office) -> None:
    doctor, desk = doctor_wang(sign_in, office), sign_in("desk")
    with office.ledger.transaction() as tx:
        tx.execute(patient_contacts.delete())
    key = leave_in(office, "doctor/1", "02161230009")
    form = doctor.get(f"/messages/voice/{key}").form(f"/messages/voice/{key}/answer")
    doctor.upload(form, "other", ("", b""), text="Rest a day.")
    page = desk.send(desk.get(f"/messages/voice/{key}").form("/messages/done"))
    assert "Nothing to do" in desk.get("/tasks").text
    desk.send(page.form("/messages/reopen"))
    assert "Tell a doctor's answer" in desk.get("/tasks").text


def test_the_overdue_stand_first_and_are_counted_on_today(desk: Browser, office: Office, clock: ManualClock) -> None:
    leave_in(office, "shared", "13900000001")
    clock.advance(3 * 3600)
    leave_in(office, "shared", "13900000002")
    text = desk.get("/messages").text
    assert text.index("13900000001") < text.index("13900000002")
    assert text.count("overdue (") == 1
    today = desk.get("/").text
    assert "1 overdue" in today
    assert "past the time by which somebody should have dealt with them: 1." in today


def test_mine_are_those_i_took_and_those_in_my_box(sign_in: SignIn, office: Office) -> None:
    desk = sign_in("desk")
    leave_in(office, "shared", "13900000001")
    leave_in(office, message_boxes.of_agent(user_id(office, "desk")), "13900000002")
    assert "13900000001" not in desk.get("/messages?show=mine").text
    assert "13900000002" in desk.get("/messages?show=mine").text
    desk.send(next(form for form in desk.get("/messages").forms if form.action == "/messages/take"))
    assert "13900000001" in desk.get("/messages?show=mine").text


def test_a_message_says_in_which_queue_its_caller_had_waited(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        now = office.clock.now()
        calls.begin(tx, now, "q", "L1", WANG, is_withheld=False)
        entry = {"call_id": "q", "queue": "reception", "language": "en", "turn_at": now, "state": "message"}
        tx.execute(queue_entries.insert(), entry)
        message_boxes.keep(tx, office.profile(), now, Left("q", WANG, "q.wav", 5, "en"))
    assert "had waited in the queue Reception" in desk.get("/messages").text


def test_an_agent_records_a_greeting_and_goes_back_to_the_standard_one(sign_in: SignIn, office: Office) -> None:
    agent = sign_in("agent")
    assert "You have no extension yet" in agent.get("/messages/mine").text
    with office.ledger.transaction() as tx:
        agents.make(tx, user_id(office, "agent"), Card(extension="8001"))
    page = agent.get("/messages/mine")
    assert "The standard one" in page.text
    page = agent.upload(page.form("/messages/greeting"), "sound", ("hello.wav", speech()))
    file = office.folders.voice_messages / message_boxes.greeting_file(user_id(office, "agent"))
    assert file.is_file()
    assert agent.get("/messages/greeting/sound").status == 200
    agent.send(page.form("/messages/greeting/none"))
    assert not file.exists()


def test_an_open_box_says_that_something_new_waits(sign_in: SignIn, office: Office) -> None:
    doctor = doctor_wang(sign_in, office)
    (found,) = re.findall(r"/messages/news\?own=1&amp;seen=\w+", doctor.get("/messages/mine").body)
    address = found.replace("&amp;", "&")
    assert doctor.part(address).text == ""
    leave_message(office)  # for the clinic, not for him
    assert doctor.part(address).text == ""
    leave_in(office, "doctor/1")
    assert "What waits has changed" in doctor.part(address).text
