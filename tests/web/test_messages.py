"""The desk deals with what callers left and texted, and writes texts of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from firmware.storage import inbox, messages, outbox, recordings
from firmware.storage.inbox import Part
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import audit
from firmware.storage.text_schema import outbox as outbox_table
from tests.web.browser import Browser
from webui.office import Office

SignIn = Callable[..., Browser]
WANG, STRANGER = "13800000001", "13900000009"
SOUND = b"RIFF" + bytes(996)


def leave_message(office: Office, file: str = "call-1.wav", number: str | None = WANG) -> int:
    (office.folders.voice_messages / "call-1.wav").write_bytes(SOUND)
    with office.ledger.transaction() as tx:
        return recordings.add_message(tx, office.clock.now(), None, number, file, 12)


def receive(office: Office, body: str, number: str = STRANGER, *, needs_person: bool = True) -> int:
    with office.ledger.transaction() as tx:
        inbox.keep_part(tx, office.clock.now(), Part("L3", number, f"t{body}", body))
        text = inbox.unhandled(tx)[-1]
        inbox.mark_handled(tx, office.clock.now(), text.id, needs_person=needs_person)
    return text.id


def lose_text(office: Office, body: str = "Please call us", state: str = "unknown") -> int:
    with office.ledger.transaction() as tx:
        text_id = outbox.queue_text(tx, office.clock.now(), WANG, body, "staff", author="desk")
        outbox.claim_next(tx, office.clock.now(), "L3")
        mark = outbox.mark_unknown if state == "unknown" else outbox.mark_failed
        mark(tx, text_id, "not delivered")
    return text_id


def write(browser: Browser, body: str, number: str = STRANGER, **fields: str) -> str:
    page = browser.get(f"/messages/with?number={number}")
    return browser.send(page.form("/messages/with"), body=body, **fields).text


def sent(office: Office) -> list[tuple[str, str, str, str | None]]:
    columns = outbox_table.c
    with office.ledger.reading() as tx:
        rows = tx.execute(select(columns.number, columns.body, columns.state, columns.author).order_by(columns.id))
        return [tuple(row) for row in rows]


def all_waiting(office: Office) -> messages.Waiting:
    with office.ledger.reading() as tx:
        return messages.waiting(tx, office.clock.now())


# ---- what waits for a person ----


def test_what_waits_is_told_with_who_it_is_from(desk: Browser, office: Office) -> None:
    leave_message(office)
    receive(office, "Is there parking?")
    lose_text(office)
    text = desk.get("/messages").text
    assert "Voice messages (1)" in text
    assert "Wang Xiuying" in text
    assert "Is there parking?" in text
    assert "nobody knows whether it left" in text


def test_nothing_waiting_is_good_news(desk: Browser) -> None:
    assert "Nothing waits" in desk.get("/messages").text


def test_whoever_takes_a_message_is_shown_to_the_others(sign_in: SignIn, office: Office) -> None:
    leave_message(office)
    desk, agent = sign_in("desk"), sign_in("agent")
    desk.send(desk.get("/messages").form("/messages/take"))
    assert "Desk looks after it" in agent.get("/messages").text
    assert all_waiting(office).voice[0].owner == "desk"


def test_of_two_who_take_it_at_once_the_second_is_told(sign_in: SignIn, office: Office) -> None:
    leave_message(office)
    desk, agent = sign_in("desk"), sign_in("agent")
    mine, theirs = desk.get("/messages").form("/messages/take"), agent.get("/messages").form("/messages/take")
    desk.send(mine)
    assert "Desk was quicker" in agent.send(theirs).text
    assert all_waiting(office).voice[0].owner == "desk"


@pytest.mark.parametrize("kind", ["voice", "text", "lost"])
def test_done_can_be_undone(desk: Browser, office: Office, kind: str) -> None:
    {"voice": leave_message, "text": lambda office: receive(office, "Hm?"), "lost": lose_text}[kind](office)
    page = desk.send(desk.get("/messages").form("/messages/done"))
    assert all_waiting(office).count == 0
    assert "Nothing waits" in page.text
    desk.send(page.form("/messages/reopen"))
    assert all_waiting(office).count == 1


def test_an_open_page_says_that_something_new_waits(desk: Browser, office: Office) -> None:
    (address,) = re.findall(r"/messages/news\?seen=\w+", desk.get("/messages").body)
    assert desk.part(address).text == ""
    leave_message(office)
    assert "What waits has changed" in desk.part(address).text


# ---- voice messages ----


def test_a_message_is_heard_in_ranges_as_players_ask(desk: Browser, office: Office) -> None:
    key = leave_message(office)
    reply = desk.get(f"/messages/voice/{key}/sound", Range="bytes=4-7")
    assert reply.status == 206
    assert reply.content == SOUND[4:8]
    assert reply.headers["Cache-Control"] == "no-store"


def test_only_who_may_listen_hears_it(sign_in: SignIn, office: Office) -> None:
    key = leave_message(office)
    nurse = sign_in("nurse")
    assert "may not listen" in nurse.get("/messages").text
    assert nurse.get(f"/messages/voice/{key}/sound").status == 403


@pytest.mark.parametrize("file", ["../ledger.db", "/etc/passwd", "gone.wav"])
def test_no_other_file_is_ever_served(desk: Browser, office: Office, file: str) -> None:
    key = leave_message(office, file)
    assert desk.get(f"/messages/voice/{key}/sound").status == 404


# ---- writing ----


def test_a_text_is_queued_with_who_wrote_it(desk: Browser, office: Office) -> None:
    page = write(desk, "There is parking behind the house.")
    assert "It leaves in a few seconds" in page
    assert sent(office) == [(STRANGER, "There is parking behind the house.", "queued", "desk")]
    with office.ledger.reading() as tx:
        assert tx.execute(select(audit.c.who).where(audit.c.what == "text written")).scalars().all() == ["desk"]


def test_a_double_click_sends_one_text(desk: Browser, office: Office) -> None:
    form = desk.get(f"/messages/with?number={STRANGER}").form("/messages/with")
    desk.send(form, body="Once")
    assert "nothing was done twice" in desk.send(form, body="Once").text
    assert len(sent(office)) == 1


def test_the_box_waits_with_the_text_so_that_it_can_be_undone(desk: Browser, office: Office) -> None:
    form = desk.get(f"/messages/with?number={STRANGER}").form("/messages/with")
    page = desk.send(form, body="Oops")
    with office.ledger.transaction() as tx:
        assert outbox.claim_next(tx, office.clock.now(), "L3") is None
    assert "Withdrawn" in desk.send(page.form("/messages/withdraw")).text
    assert [state for _, _, state, _ in sent(office)] == ["withdrawn"]


def test_what_has_left_cannot_be_withdrawn(desk: Browser, office: Office) -> None:
    form = desk.get(f"/messages/with?number={STRANGER}").form("/messages/with")
    page = desk.send(form, body="Gone")
    take_in_hand(office)
    assert "the text has left" in desk.send(page.form("/messages/withdraw")).text


def take_in_hand(office: Office) -> None:
    def claim(tx: Transaction) -> None:
        tx.execute(outbox_table.update().values(not_before=None))
        assert outbox.claim_next(tx, office.clock.now(), "L3")

    with office.ledger.transaction() as tx:
        claim(tx)


def test_an_answer_marks_what_it_answers_as_done(desk: Browser, office: Office) -> None:
    receive(office, "Is there parking?")
    (address,) = re.findall(r'href="(/messages/with\?[^"#]*answers[^"#]*)', desk.get("/messages").body)
    page = desk.get(address.replace("&amp;", "&"))
    assert "Is there parking?" in page.text
    page = desk.send(page.form("/messages/with"), body="Yes, behind the house.")
    assert all_waiting(office).count == 0
    desk.send(page.form("/messages/withdraw"))
    assert [text.body for text in all_waiting(office).texts] == ["Is there parking?"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "Please fill this in"),
        ("【湖滨诊所】", "Please fill this in"),
        ("Lakeside Clinic: ", "Please fill this in"),
        ("长" * 500, "at most 6 parts"),
    ],
)
def test_what_makes_no_text_is_told_beside_the_field(desk: Browser, office: Office, body: str, told: str) -> None:
    assert told in write(desk, body)
    assert sent(office) == []


def test_the_navigation_says_how_much_waits(desk: Browser, office: Office) -> None:
    assert "nav-count" not in desk.get("/bookings").body
    receive(office, "Is there parking?")
    page = desk.get("/bookings").body
    assert page.count('<span class="unseen">waiting: </span>1') == 3, "at the side, in the menu and on its button"
    assert "Is there parking?" in desk.get("/messages").text


def test_a_text_begins_with_the_clinics_name_as_the_notices_do(desk: Browser) -> None:
    assert "Lakeside Clinic: </textarea>" in desk.get("/messages/with?number=13800000004").body
    assert "【湖滨诊所】</textarea>" in desk.get("/messages/with?number=13800000001").body


def test_a_landline_takes_no_texts(desk: Browser, office: Office) -> None:
    assert "takes no texts" in desk.get("/messages/with?number=02161230001").text
    form = desk.get(f"/messages/with?number={STRANGER}").form("/messages/with")
    desk.send(form, number="02161230001", body="Hello")
    assert sent(office) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Plain words", ["1 part", "room for 149 more", "Latin"]),
        ("x" * 161, ["2 parts", "room for 145 more"]),
        ("“Quoted” words", ["Use plain ones", "“”"]),
        ("您好" * 36, ["2 parts", "Chinese alphabet"]),
    ],
)
def test_the_counter_says_what_a_text_takes_and_why(desk: Browser, body: str, told: list[str]) -> None:
    form = desk.get(f"/messages/with?number={STRANGER}").form("/messages/with")
    text = desk.post("/messages/count", csrf=form.fields["csrf"], body=body).text
    for words in told:
        assert words in text


def test_plain_signs_make_it_cheaper_on_demand(desk: Browser) -> None:
    form = desk.get(f"/messages/with?number={STRANGER}").form("/messages/with")
    page = desk.send(form, body="“Quoted” words", do="plain")
    assert page.form("/messages/with").fields["body"].strip() == '"Quoted" words'


def test_a_text_of_a_patient_is_hostile_and_stays_text(desk: Browser, office: Office) -> None:
    receive(office, "<script>alert(1)</script>")
    for address in ("/messages", "/messages/inbox", f"/messages/with?number={STRANGER}"):
        assert "<script>alert" not in desk.get(address).body


def test_whom_to_write_to_is_found_by_name_or_given_as_a_number(desk: Browser) -> None:
    assert "Wang Xiuying" in desk.part("/messages/to?q=wxy").text
    assert STRANGER in desk.part("/messages/to?q=139+0000+0009").text
    assert "Text" in desk.get("/messages/to?patient=1").text


# ---- what became of it ----


def test_the_outbox_says_what_each_state_means_and_who_wrote(desk: Browser, office: Office) -> None:
    lose_text(office, state="failed")
    text = desk.get("/messages/outbox?show=lost").text
    assert "failed" in text
    assert "The network reported that it was not delivered." in text
    assert "written by" in text
    assert "No such texts" in desk.get("/messages/outbox?show=delivered").text


def test_a_lost_text_is_sent_again_once_after_a_warning(desk: Browser, office: Office) -> None:
    lose_text(office)
    page = desk.get("/messages")
    assert "may then get it twice" in page.text
    form = page.form("/messages/resend")
    page = desk.send(form)
    assert "queued again" in page.text
    stale = {**form.fields, "once": "another form of the same page"}
    assert "Nothing was sent" in desk.post("/messages/resend", **stale).text
    assert [state for _, _, state, _ in sent(office)] == ["unknown", "queued"]
    desk.send(page.form("/messages/withdraw"))
    assert [text.body for text in all_waiting(office).lost] == ["Please call us"]


def test_lists_go_back_page_by_page(desk: Browser, office: Office) -> None:
    for number in range(35):
        receive(office, f"text {number:02}", needs_person=False)
    first = desk.get("/messages/inbox")
    assert "text 34" in first.text
    assert "text 04" not in first.text
    (older,) = re.findall(r'href="(/messages/inbox\?before=\d+)"', first.body)
    second = desk.get(older).text
    assert "text 04" in second
    assert "text 34" not in second


def test_the_audit_trail_says_once_who_heard_a_message(desk: Browser, office: Office) -> None:
    key = leave_message(office)
    for _ in range(3):
        desk.get(f"/messages/voice/{key}/sound", Range="bytes=0-")
    desk.get(f"/messages/voice/{key}/sound", Range="bytes=100-")
    with office.ledger.reading() as tx:
        heard = tx.execute(select(audit.c.who, audit.c.detail).where(audit.c.what == "voice message heard")).all()
    assert [tuple(row) for row in heard] == [("desk", f"voice {key}")]
