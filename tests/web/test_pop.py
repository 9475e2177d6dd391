"""Somebody calls: what whoever answers sees, chooses, writes down and sends, beside the telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from firmware.clinic import holds, people, schedule, talk_notes, tasks
from firmware.clinic.schedule import Wish
from firmware.language.values import Name
from firmware.staff import users
from firmware.storage import calls
from firmware.storage.call_schema import calls as call_rows
from firmware.storage.desk_schema import agents, queue_entries, talks
from firmware.storage.people_schema import patients
from firmware.storage.text_schema import outbox
from tests.web.browser import Browser, Reply
from webui.office import Office

SignIn = Callable[..., Browser]
WANG, FAMILY, STRANGER = "13800000001", "13800000002", "13900000077"
P1, P2, P3 = 1, 2, 3
TUESDAY = date(2026, 3, 3)


def ring(office: Office, number: str | None, call_id: str = "c1") -> str:
    with office.ledger.transaction() as tx:
        calls.begin(tx, office.clock.now(), call_id, "L1", number, is_withheld=number is None)
        row = {"call_id": call_id, "queue": "reception", "language": "zh", "number": number, "state": "waiting"}
        tx.execute(insert(queue_entries).values(row | {"turn_at": office.clock.now()}))
    return f"/desk/pop?call={call_id}"


def answered(office: Office, login: str, call_id: str = "c1") -> None:
    """The person of that login talks in the call."""
    with office.ledger.transaction() as tx:
        user = users.by_login(tx, login)
        assert user is not None
        if tx.execute(select(agents).where(agents.c.user_id == user.id)).first() is None:
            tx.execute(insert(agents).values(user_id=user.id, extension=f"80{user.id:02}"))
        row = {"call_id": call_id, "user_id": user.id, "direction": "in", "began_at": office.clock.now()}
        tx.execute(insert(talks).values(row))


def patient_of(office: Office, call_id: str = "c1") -> int | None:
    with office.ledger.reading() as tx:
        return tx.execute(select(call_rows.c.patient_id).where(call_rows.c.id == call_id)).scalar()


def tell(office: Office, *journal: tuple[str, str]) -> None:
    with office.ledger.transaction() as tx:
        calls.describe(tx, "c1", flow="default", flow_version=0, language="zh")
        for kind, detail in journal:
            calls.note(tx, office.clock.now(), "c1", kind, detail)


def sent(office: Office) -> list[tuple[str, str, str]]:
    columns = outbox.c
    with office.ledger.reading() as tx:
        return [tuple(row) for row in tx.execute(select(columns.number, columns.body, columns.state))]


def part(browser: Browser, form_of: Reply, action: str, **fields: str) -> Reply:
    """Send a form of a part, as htmx does."""
    form = form_of.form(action)
    body = "&".join(f"{name}={value}" for name, value in {**form.fields, **fields}.items())
    return browser.send_raw(form.action, body.encode(), HX_Request="true")


# ---- who it may be ----


def test_the_only_owner_of_the_number_is_shown_as_not_proved(desk: Browser, office: Office) -> None:
    text = desk.get(ring(office, WANG)).text
    assert "Wang Xiuying" in text
    assert "Not proved" in text


def test_a_family_is_a_question_and_the_answer_goes_with_the_call(
    desk: Browser, office: Office, sign_in: SignIn
) -> None:
    page = desk.get(ring(office, FAMILY))
    assert "Several people have this number" in page.text
    desk.send(page.form("/desk/pop/who"), patient=str(P3))
    assert patient_of(office) == P3
    colleague = sign_in("agent").get("/desk/pop?call=c1").text
    assert "Chosen at the desk" in colleague
    assert "Several people" not in colleague


def test_who_was_proved_by_the_menu_is_no_question(desk: Browser, office: Office) -> None:
    path = ring(office, FAMILY)
    with office.ledger.transaction() as tx:
        calls.describe(tx, "c1", patient_id=P2)
        calls.note(tx, office.clock.now(), "c1", "proved", "birth year")
    assert "Proved by birth year" in desk.get(path).text


def test_an_unknown_number_is_an_empty_registration_with_the_number_filled_in(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, STRANGER))
    form = page.form("/desk/pop/register")
    assert form.fields["phone"] == STRANGER
    assert form.fields["name"] == ""
    reply = desk.send(form, name="周明", born="1980-05-01")
    assert "周明" in reply.text
    with office.ledger.reading() as tx:
        person = people.patient(tx, patient_of(office) or 0)
        assert (person.name.zh, people.numbers(tx, person.id)) == ("周明", [STRANGER])


def test_who_is_registered_already_is_taken_and_not_doubled(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, STRANGER))
    with office.ledger.reading() as tx:
        wang = people.patient(tx, P1)
        count = len(tx.execute(select(patients.c.id)).all())
    desk.send(page.form("/desk/pop/register"), name=wang.name.zh, born=wang.born.isoformat())
    assert patient_of(office) == P1
    with office.ledger.reading() as tx:
        assert len(tx.execute(select(patients.c.id)).all()) == count


def test_a_known_patient_with_another_number_is_found_by_name(desk: Browser, office: Office) -> None:
    ring(office, STRANGER)
    found = desk.part("/desk/pop/people?call=c1&q=wxy")
    assert "Wang Xiuying" in found.text
    part(desk, found, "/desk/pop/who", patient=str(P1))
    assert patient_of(office) == P1
    assert "Nobody found" in desk.part("/desk/pop/people?call=c1&q=zzz").text


def test_a_registration_with_a_fault_comes_back_with_what_was_typed(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, STRANGER))
    reply = desk.send(page.form("/desk/pop/register"), name="周明", born="")
    assert "Please fill this in" in reply.text
    assert reply.form("/desk/pop/register").fields["name"] == "周明"
    assert patient_of(office) is None


def test_a_withheld_number_is_asked_who_it_is(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, None))
    assert "withheld" in page.text
    assert page.form("/desk/pop/register").fields["phone"] == ""


def test_a_number_that_was_typed_with_signs_is_found(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, "13900000001", "before"))
    desk.send(page.form("/desk/pop/register"), name="周明", born="1980-05-01", phone="139-0000/0078")
    assert "周明" in desk.get(ring(office, "13900000078")).text


def test_it_may_be_none_of_them(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, WANG))
    reply = desk.send(page.form("/desk/pop/who"), patient="")
    assert patient_of(office) is None
    assert reply.form("/desk/pop/register").fields["phone"] == WANG


@pytest.mark.parametrize(("call", "patient"), [("../x", "1"), ("none", "1"), ("c1", "999")])
def test_a_forged_choice_is_refused(desk: Browser, office: Office, call: str, patient: str) -> None:
    form = desk.get(ring(office, WANG)).form("/desk/pop/who")
    assert desk.send(form, call=call, patient=patient).status == 404
    assert patient_of(office) is None


# ---- what they have and want ----


def test_the_way_through_the_menus_is_told_in_words(desk: Browser, office: Office) -> None:
    path = ring(office, WANG)
    tell(
        office, ("node", "front.main"), ("key", "1"), ("chose", "预约挂号"), ("node", "book.kind"), ("key", "2"),
        ("chose", "专家门诊"), ("node", "book.department"), ("key", "1"), ("chose", "内科"), ("node", "book.day"),
    )  # fmt: skip
    text = " ".join(desk.get(path).text.split())
    assert "内科" in text
    assert text.index("What they chose") < text.index("内科")


def test_what_the_menu_keeps_for_the_caller_is_shown(desk: Browser, office: Office) -> None:
    path = ring(office, WANG)
    with office.ledger.transaction() as tx:
        slot = schedule.free_slots(tx, office.profile(), office.clock.now(), TUESDAY, Wish(doctor_id=1))[0]
        holds.hold(tx, office.profile(), office.clock.now(), slot, None, holder="call/c1", channel="voice")
    assert "Kept for the caller" in desk.get(path).text


def test_earlier_calls_and_tasks_stand_beside(desk: Browser, office: Office) -> None:
    ring(office, WANG, "before")
    with office.ledger.transaction() as tx:
        tasks.note_missed(tx, office.clock.now(), "before", WANG)
    page = desk.get(ring(office, WANG))
    assert "/calls/before" in page.body
    assert "Missed caller" in page.text


def test_the_facts_are_sent_again_only_when_they_have_changed(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, WANG))
    address = page.body.split('hx-get="/desk/pop/facts?')[1].split('"')[0].replace("&amp;", "&")
    assert desk.part(f"/desk/pop/facts?{address}").status == 204
    with office.ledger.transaction() as tx:
        tasks.add(tx, office.clock.now(), "send the report", patient_id=P1)
    assert "send the report" in desk.part(f"/desk/pop/facts?{address}").text


def test_a_call_that_is_not_there_is_no_page(desk: Browser) -> None:
    assert desk.get("/desk/pop?call=nothing").status == 404
    assert desk.get("/desk/pop/facts?call=nothing").status == 404
    assert "No call just now" in desk.get("/desk/pop").text


def test_the_page_beside_the_telephone_is_a_part(desk: Browser, office: Office) -> None:
    ring(office, FAMILY)
    reply = desk.part("/desk/pop?call=c1")
    assert "<html" not in reply.body
    chosen = part(desk, reply, "/desk/pop/who", patient=str(P2))
    assert chosen.status == 200
    assert "Chosen at the desk" in chosen.text
    assert "<html" not in chosen.body


# ---- notes, what it was about, what follows ----


def test_notes_are_saved_as_they_are_written_and_seen_by_who_gets_the_call(
    desk: Browser, office: Office, sign_in: SignIn
) -> None:
    form = desk.get(ring(office, WANG)).form("/desk/pop/note")
    for body in ("knee", "knee hurts since Monday"):
        assert desk.send(form, body=body, follow=False).status == 303
    assert desk.get("/desk/pop?call=c1").form("/desk/pop/note").fields["body"].strip() == "knee hurts since Monday"
    colleague = sign_in("agent").get("/desk/pop?call=c1")
    assert "knee hurts since Monday" in colleague.text
    assert colleague.form("/desk/pop/note").fields["body"].strip() == ""


def test_no_note_is_kept_about_a_call_that_is_not_there(desk: Browser, office: Office) -> None:
    form = desk.get(ring(office, WANG)).form("/desk/pop/note")
    assert desk.send(form, call="nothing", body="x").status == 404
    assert desk.send(form, body="x" * 2500, follow=False).status == 422


def test_who_spoke_says_what_it_was_about(desk: Browser, office: Office) -> None:
    path = ring(office, WANG)
    assert not [form for form in desk.get(path).forms if form.action == "/desk/pop/about"]
    answered(office, "desk")
    desk.send(desk.get(path).form("/desk/pop/about"), disposition="咨询")
    with office.ledger.reading() as tx:
        user = users.by_login(tx, "desk")
        assert user is not None
        kept = talk_notes.part_of(tx, user.id, "c1")
    assert kept is not None
    assert kept.disposition == "咨询"
    forged = desk.send(desk.get(path).form("/desk/pop/about"), disposition="anything")
    assert forged.status == 409


def test_a_callback_is_agreed_from_the_call(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, WANG))
    reply = desk.send(page.form("/desk/pop/callback"), day="2026-03-02", at="15:30", purpose="the result")
    assert "The callback is agreed" in reply.text
    with office.ledger.reading() as tx:
        row = tx.execute(select(queue_entries).where(queue_entries.c.is_callback == 1)).one()
    assert (row.number, row.owner, row.purpose) == (WANG, "desk", "the result")
    assert row.not_before.astimezone(office.zone).strftime("%d %H:%M") == "02 15:30"


def test_nobody_agrees_on_a_callback_in_the_past(desk: Browser, office: Office) -> None:
    page = desk.get(ring(office, WANG))
    reply = desk.send(page.form("/desk/pop/callback"), day="2026-03-01", at="15:30")
    assert "A time to come" in reply.text


def test_something_to_do_is_noted_for_a_colleague(desk: Browser, office: Office, sign_in: SignIn) -> None:
    sign_in("nurse")
    page = desk.get(ring(office, WANG))
    reply = desk.send(page.form("/desk/pop/task"), detail="send the report", owner="nurse", due="2026-03-03")
    assert "Noted." in reply.text
    with office.ledger.reading() as tx:
        (task,) = tasks.waiting(tx)
    assert (task.detail, task.owner, task.number, task.call_id) == ("send the report", "nurse", WANG, "c1")


def test_what_was_written_down_stands_on_the_page_of_the_call(desk: Browser, office: Office) -> None:
    path = ring(office, WANG)
    answered(office, "desk")
    desk.send(desk.get(path).form("/desk/pop/note"), body="wants her report")
    desk.send(desk.get(path).form("/desk/pop/about"), disposition="咨询")
    text = desk.get("/calls/c1").text
    assert "wants her report" in text
    assert "Question answered" in text


# ---- answers, as texts ----


def test_an_article_is_found_beside_the_call_and_sent_as_a_text(desk: Browser, office: Office) -> None:
    ring(office, WANG)
    found = desk.part("/desk/pop/knowledge?call=c1&q=parking")
    assert "car park" in found.text
    address = found.body.split('hx-get="/desk/pop/text?')[1].split('"')[0].replace("&amp;", "&")
    writing = desk.part(f"/desk/pop/text?{address}")
    body = writing.form("/desk/pop/text").fields["body"].strip()
    assert body.startswith("【湖滨诊所】门诊楼后面有停车场")  # in the caller's language, not the reader's
    reply = part(desk, writing, "/desk/pop/text", body="停车场在楼后")
    assert sent(office) == [(WANG, "停车场在楼后", "queued")]
    assert "Undo" in reply.text
    part(desk, reply, "/desk/pop/unsend")
    assert sent(office) == [(WANG, "停车场在楼后", "withdrawn")]


def test_a_text_that_is_too_long_or_goes_to_a_landline_is_refused(desk: Browser, office: Office) -> None:
    ring(office, WANG)
    writing = desk.part("/desk/pop/text?call=c1&article=1")
    assert "too long" in part(desk, writing, "/desk/pop/text", body="长" * 500).text.lower() or sent(office) == []
    part(desk, writing, "/desk/pop/text", number="02161230001", body="hello")
    assert sent(office) == []


def test_to_a_landline_no_text_is_offered(desk: Browser, office: Office) -> None:
    ring(office, "02161230001")
    assert "no number that takes texts" in desk.part("/desk/pop/text?call=c1&article=1").text


# ---- rights ----


def test_who_does_not_answer_calls_sees_no_caller(sign_in: SignIn, office: Office) -> None:
    path = ring(office, WANG)
    auditor = sign_in("auditor")
    assert auditor.get(path).status == 403
    assert auditor.get("/desk/pop/knowledge?q=parking").status == 403


def test_a_doctor_answers_and_sends_no_texts(sign_in: SignIn, office: Office) -> None:
    path = ring(office, WANG)
    doctor = sign_in("doctor")
    assert "Wang Xiuying" in doctor.get(path).text
    assert "Send as a text" not in doctor.part("/desk/pop/knowledge?call=c1&q=parking").text
    assert doctor.get("/desk/pop/text?call=c1&article=1").status == 403


def test_who_calls_back_is_told_who_tried(desk: Browser, office: Office) -> None:
    now = office.clock.now()
    with office.ledger.transaction() as tx:
        row = {"id": "out", "line": "L1", "direction": "out", "called": STRANGER}
        tx.execute(insert(call_rows).values(row | {"started_at": now - timedelta(hours=2)}))
        calls.note(tx, now, "out", "desk", "purpose the result is here")
        user = users.by_login(tx, "desk")
        assert user is not None
        tx.execute(insert(agents).values(user_id=user.id, extension="8001"))
        talk = {"call_id": "out", "user_id": user.id, "direction": "out", "number": STRANGER}
        tx.execute(insert(talks).values(talk | {"began_at": now - timedelta(hours=2)}))
    assert "the result is here" in desk.get(ring(office, STRANGER)).text


def test_names_of_strangers_are_shown_as_text(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        people.register(tx, Name("<script>alert(1)</script>", ""), date(1980, 1, 1), number=STRANGER)
    assert "<script>alert(1)" not in desk.get(ring(office, STRANGER)).body
