"""The desk looks after its patients: who they are, what reaches them, their cards and their money."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from firmware.clinic import accounts, bookings, cards, holds, moving, patient_changes, people, schedule, undoing
from firmware.clinic.cards import Attempt
from firmware.clinic.errors import CardLocked, WrongCardOrPin
from firmware.clinic.people import Patient
from firmware.language.values import Name
from firmware.storage import calls, inbox, outbox, recordings
from firmware.storage.inbox import Part
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import audit
from tests.web.browser import Browser, Reply
from webui.office import Office

SignIn = Callable[..., Browser]

WANG, CHEN_MIN, XIAOBAO, TOM, LIU, ZHOU = range(1, 7)
CARD, PIN = "100016", "2468"


def person(office: Office, patient_id: int) -> Patient:
    with office.ledger.reading() as tx:
        return people.patient(tx, patient_id)


def numbers(office: Office, patient_id: int) -> list[str]:
    with office.ledger.reading() as tx:
        return people.numbers(tx, patient_id)


def done(office: Office) -> list[str]:
    with office.ledger.reading() as tx:
        return list(tx.execute(select(audit.c.what).order_by(audit.c.id)).scalars())


def try_card(tx: Transaction, office: Office, pin: str, call: str = "c1") -> Patient:
    return cards.check(tx, office.profile(), Attempt(office.clock.now(), call), CARD, pin)


# ---- finding and seeing ----


def test_the_list_finds_people_by_pinyin_and_number(desk: Browser) -> None:
    assert "Wang Xiuying" in desk.get("/patients").text
    assert "Wang Xiuying" in desk.part("/patients?q=wxy").text
    assert "Chen Min" in desk.part("/patients?q=138-0000/0002").text
    assert "Nobody fits" in desk.part("/patients?q=zzz").text


def test_a_family_on_one_number_is_shown_with_each_other(desk: Browser) -> None:
    text = desk.get(f"/patients/{CHEN_MIN}").text
    assert "Also reaches:\nChen Xiaobao" in text
    assert "Looks after\nChen Xiaobao" in text
    assert "Guardian\nChen Min" in desk.get(f"/patients/{XIAOBAO}").text


def test_nobody_with_this_number_is_a_clear_answer(desk: Browser) -> None:
    reply = desk.get("/patients/999")
    assert reply.status == 409
    assert "does not know this patient" in reply.text


def test_names_are_hostile_and_stay_text(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        mallory = people.register(tx, Name("<script>alert(1)</script>", '"><img src=x>'), date(1990, 1, 1))
    for address in ("/patients", f"/patients/{mallory.id}", f"/patients/{mallory.id}/edit"):
        body = desk.get(address).body
        assert "<script>alert" not in body
        assert "<img src=x" not in body


def test_a_doctor_looks_but_changes_nothing(sign_in: SignIn, office: Office) -> None:
    doctor = sign_in("doctor")
    page = doctor.get(f"/patients/{WANG}")
    assert "13800000001" in page.text
    assert [form.action for form in page.forms if form.action.startswith("/patients")] == []
    assert doctor.get(f"/patients/{WANG}/edit").status == 403
    assert doctor.post(f"/patients/{WANG}/numbers", number="13700000000").status == 403


# ---- the timeline ----


def fill_history(office: Office) -> None:
    now = office.clock.now()
    with office.ledger.transaction() as tx:
        calls.begin(tx, now, "c1", "L1", "13800000002", is_withheld=False)
        calls.begin(tx, now, "c2", "L1", "13800000002", is_withheld=False)
        calls.describe(tx, "c2", patient_id=XIAOBAO)
        inbox.keep_part(tx, now, Part("L3", "13800000002", "t1", "Is the doctor in?"))
        outbox.queue_text(tx, now, "13800000002", "She is.", "staff", author="desk")
        recordings.add_message(tx, now, "c1", "13800000002", "c1-1.wav", 7)


def test_one_timeline_holds_calls_texts_and_messages(desk: Browser, office: Office) -> None:
    fill_history(office)
    text = desk.get(f"/patients/{CHEN_MIN}").text
    for words in ("Is the doctor in?", "She is.", "Voice message", "Call"):
        assert words in text


def test_the_timeline_says_what_was_booked_then_also_after_a_move(desk: Browser, office: Office) -> None:
    now, profile = office.clock.now(), office.profile()
    with office.ledger.transaction() as tx:
        first, second, third = schedule.next_free(tx, profile, now, most=3)
        held = holds.hold(tx, profile, now, first, WANG, holder="call/1", channel="voice")
        visit = bookings.confirm(tx, profile, now, held.id, holder="call/1")
        for slot in (second, third):
            moving.move(tx, profile, now, visit.id, slot, holder="desk/x/1", channel="desk")
    told = re.findall(r"(Booked|Moved)\n.*? (\d\d:\d\d)", desk.get(f"/patients/{WANG}").text)
    times = [f"{slot.begins:%H:%M}" for slot in (third, second, first)]
    assert told == list(zip(("Moved", "Moved", "Booked"), times, strict=True))


def test_a_call_of_somebody_else_of_the_same_number_is_not_mine(desk: Browser, office: Office) -> None:
    fill_history(office)
    mother, child = (desk.get(f"/patients/{key}").body for key in (CHEN_MIN, XIAOBAO))
    assert "/calls/c1" in mother
    assert "/calls/c2" not in mother
    assert "/calls/c2" in child


def test_who_may_not_read_texts_sees_none_on_the_timeline(sign_in: SignIn, office: Office) -> None:
    fill_history(office)
    text = sign_in("doctor").get(f"/patients/{CHEN_MIN}").text
    assert "She is." not in text
    assert "/calls/c1" not in text


def test_the_timeline_goes_back_without_losing_or_repeating_anything(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        for number in range(50):  # ten at each moment, so that pages end among equals
            at = office.clock.now() - timedelta(minutes=number // 10)
            outbox.queue_text(tx, at, "13800000001", f"text {number:02}.", "staff")
    body, seen = desk.get(f"/patients/{WANG}").body, []
    while True:
        seen += re.findall(r"text \d\d\.", body)
        more = re.search(r'hx-get="(/patients/1/timeline[^"]+)"', body)
        if more is None:
            break
        body = desk.part(more[1]).body
    assert len(seen) == 50
    assert len(set(seen)) == 50


@pytest.mark.parametrize(
    "cursor",
    ["x", "~~", "2026-01-01~call~1", "9999-99-99T00:00:00Z~call~1", "'~call~'", "0001-01-01T00:00%2B14:00~call~1"],
)
def test_a_forged_place_in_the_timeline_shows_its_beginning(desk: Browser, office: Office, cursor: str) -> None:
    fill_history(office)
    assert "She is." in desk.part(f"/patients/{CHEN_MIN}/timeline?before={cursor}").text


# ---- registering and editing ----


def register(browser: Browser, **fields: str) -> Reply:
    form = browser.get("/patients/new").form("/patients/new")
    return browser.send(form, **{"zh": "李雷", "born": "1992-05-06", **fields})


def test_a_new_patient_is_registered_and_found_at_once(desk: Browser, office: Office) -> None:
    page = register(desk, number="137 0000 0009", language="en")
    assert "李雷 is registered" in page.text
    assert "13700000009" in page.text
    assert "李雷" in desk.part("/patients?q=lilei").text
    assert "patient registered" in done(office)


def test_who_may_be_known_already_is_shown_first(desk: Browser, office: Office) -> None:
    page = register(desk, zh="王秀英", born="1948-03-07")
    assert "Perhaps known already" in page.text
    assert len(page.form("/patients/new").fields) > 3
    assert "patient registered" not in done(office)
    page = desk.send(page.form("/patients/new"), anyway="1")
    assert "is registered" in page.text


def test_a_number_of_somebody_known_is_pointed_out_and_never_overwrites(desk: Browser, office: Office) -> None:
    page = register(desk, number="13800000002")
    assert "Chen Min" in page.text
    desk.send(page.form("/patients/new"), anyway="1")
    with office.ledger.reading() as tx:
        names = [owner.name.zh for owner in people.owners(tx, "13800000002")]
    assert names == ["陈敏", "李雷", "陈小宝"]


def test_a_child_with_the_mothers_number_gets_her_as_the_guardian(desk: Browser, office: Office) -> None:
    page = register(desk, zh="陈二宝", born="2020-05-06", number="13800000002")
    assert "Chen Min is the guardian" in page.text
    assert "Chen Xiaobao is the guardian" not in page.text
    desk.send(page.form("/patients/new"), anyway="1", guardian=str(CHEN_MIN))
    with office.ledger.reading() as tx:
        child = next(each for each in people.owners(tx, "13800000002") if each.name.zh == "陈二宝")
    assert child.guardian_id == CHEN_MIN


def test_a_grown_up_of_the_same_number_is_offered_no_guardian(desk: Browser) -> None:
    assert "is the guardian" not in register(desk, number="13800000002").text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"zh": ""}, "give a name in one of the two"),
        ({"born": ""}, "Please fill this in"),
        ({"born": "2126-01-01"}, "check the birth date"),
        ({"born": "yesterday"}, "Please give a date"),
        ({"number": "12"}, "give a telephone number"),
        ({"language": "xx"}, "choose one of these"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(desk: Browser, fields: dict[str, str], told: str) -> None:
    page = register(desk, **fields)
    assert page.status == 422
    assert told in page.text


def test_a_double_click_registers_one_person(desk: Browser, office: Office) -> None:
    form = desk.get("/patients/new").form("/patients/new")
    for _ in range(2):
        desk.send(form, zh="李雷", born="1992-05-06")
    assert done(office).count("patient registered") == 1


def test_a_record_is_edited_as_a_whole(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{TOM}/edit").form(f"/patients/{TOM}/edit")
    assert form.fields["tier"] == "vip"
    desk.send(form, en="Tom Read", tier="normal", language="")
    changed = person(office, TOM)
    assert (changed.name.en, changed.tier, changed.language) == ("Tom Read", "normal", None)
    assert "Tom Read" in desk.part("/patients?q=tom+read").text


def test_of_two_who_edit_one_record_the_second_sees_what_the_first_did(sign_in: SignIn, office: Office) -> None:
    first, second = sign_in("desk"), sign_in("agent")
    one, other = (each.get(f"/patients/{TOM}/edit").form(f"/patients/{TOM}/edit") for each in (first, second))
    first.send(one, en="Tom Read")
    page = second.send(other, tier="normal")
    assert "Somebody else changed this" in page.text
    assert page.form(f"/patients/{TOM}/edit").fields["en"] == "Tom Read"
    assert person(office, TOM).tier == "vip"


def test_who_is_said_to_be_deceased_by_mistake_comes_back(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{ZHOU}/edit").form(f"/patients/{ZHOU}/edit")
    del form.fields["deceased"]
    desk.send(form)
    assert not person(office, ZHOU).is_deceased


def test_a_child_cannot_be_the_guardian_of_its_guardian(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{CHEN_MIN}/edit").form(f"/patients/{CHEN_MIN}/edit")
    page = desk.send(form, guardian=str(XIAOBAO))
    assert "their own guardian" in page.text
    assert person(office, CHEN_MIN).guardian_id is None


def test_a_child_is_neither_offered_nor_taken_as_a_guardian(desk: Browser, office: Office) -> None:
    assert f'value="{XIAOBAO}"' not in desk.part(f"/patients/pick?but={LIU}&q=xiaobao").body
    page = desk.send(desk.get(f"/patients/{LIU}/edit").form(f"/patients/{LIU}/edit"), guardian=str(XIAOBAO))
    assert "at least 18 years old" in page.text
    assert person(office, LIU).guardian_id is None


@pytest.mark.parametrize(("born", "is_adult"), [(date(2008, 3, 2), True), (date(2008, 3, 3), False)])
def test_one_comes_of_age_on_the_eighteenth_birthday(born: date, is_adult: bool) -> None:
    assert patient_changes.is_adult(born, date(2026, 3, 2)) is is_adult


def test_a_guardian_is_found_by_name(desk: Browser, office: Office) -> None:
    assert f'value="{WANG}"' in desk.part(f"/patients/pick?but={LIU}&q=wang").body
    form = desk.get(f"/patients/{LIU}/edit").form(f"/patients/{LIU}/edit")
    desk.send(form, guardian=str(WANG))
    assert person(office, LIU).guardian_id == WANG


# ---- numbers ----


def test_numbers_are_added_put_first_and_taken_back(desk: Browser, office: Office) -> None:
    page = desk.send(desk.get(f"/patients/{WANG}").form(f"/patients/{WANG}/numbers"), number="+86 137-0000-0001")
    assert numbers(office, WANG) == ["13800000001", "13700000001"]
    page = desk.send(page.form(f"/patients/{WANG}/numbers/first"))
    assert numbers(office, WANG) == ["13700000001", "13800000001"]
    desk.send(page.form(f"/patients/{WANG}/numbers/first"))  # the undo
    assert numbers(office, WANG) == ["13800000001", "13700000001"]


def test_a_wrong_number_is_told_beside_its_field(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{WANG}").form(f"/patients/{WANG}/numbers")
    page = desk.send(form, number="abc")
    assert page.status == 422
    assert "give a telephone number" in page.text
    assert "reaches the patient already" in desk.send(form, number="138 0000 0001").text
    assert numbers(office, WANG) == ["13800000001"]


def test_removing_a_number_says_first_what_it_means(desk: Browser, office: Office) -> None:
    page = desk.get(f"/patients/{WANG}/numbers/remove?number=13800000001")
    assert "It is the last number" in page.text
    desk.send(page.form(f"/patients/{WANG}/numbers/remove"))
    assert numbers(office, WANG) == []
    with office.ledger.reading() as tx:
        assert people.owners(tx, "13800000001") == []


def test_a_number_that_the_family_shares_stays_with_the_others(desk: Browser, office: Office) -> None:
    page = desk.get(f"/patients/{XIAOBAO}/numbers/remove?number=13800000002")
    desk.send(page.form(f"/patients/{XIAOBAO}/numbers/remove"))
    assert numbers(office, CHEN_MIN) == ["13800000002"]


# ---- cards ----


def test_a_pin_that_the_box_made_is_shown_once_and_works(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{WANG}/cards/{CARD}/pin").form(f"/patients/{WANG}/cards")
    page = desk.send(form, how="box")
    (pin,) = re.findall(r"^(\d{4})$", page.text, re.MULTILINE)
    with office.ledger.transaction() as tx:
        assert try_card(tx, office, pin).id == WANG
        with pytest.raises(WrongCardOrPin):
            try_card(tx, office, PIN)
    again = desk.send(form, how="box")
    assert pin not in again.text
    assert "nothing was done twice" in again.text


def test_a_pin_that_the_patient_typed_is_never_shown(desk: Browser, office: Office) -> None:
    page = desk.get(f"/patients/{WANG}/cards/new")
    page = desk.send(page.form(f"/patients/{WANG}/cards/new"), how="patient", pin="7391", again="7391")
    assert "7391" not in page.body
    with office.ledger.reading() as tx:
        assert len(cards.numbers_of(tx, WANG)) == 2


@pytest.mark.parametrize(
    ("pin", "again", "told"),
    [("12", "12", "four digits"), ("1234", "1234", "first that somebody would try"), ("7391", "7319", "two differ")],
)
def test_a_bad_pin_is_told_and_changes_nothing(desk: Browser, office: Office, pin: str, again: str, told: str) -> None:
    form = desk.get(f"/patients/{WANG}/cards/{CARD}/pin").form(f"/patients/{WANG}/cards")
    page = desk.send(form, how="patient", pin=pin, again=again)
    assert told in page.text
    assert f'value="{pin}"' not in page.body
    with office.ledger.transaction() as tx:
        assert try_card(tx, office, PIN).id == WANG


def test_a_locked_card_is_seen_and_opened(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        for number in range(office.profile().pin_tries_a_day):
            with pytest.raises(WrongCardOrPin):
                try_card(tx, office, "0001", f"c{number}")
        with pytest.raises(CardLocked):
            try_card(tx, office, PIN, "c9")
    page = desk.get(f"/patients/{WANG}")
    assert "Too many wrong PINs" in page.text
    desk.send(page.form(f"/patients/{WANG}/cards/{CARD}/unlock"))
    with office.ledger.transaction() as tx:
        assert try_card(tx, office, PIN, "c9").id == WANG


def test_a_card_of_somebody_else_is_refused(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{TOM}/cards/new").form(f"/patients/{TOM}/cards/new")
    desk.post(f"/patients/{TOM}/cards/{CARD}/pin", **{**form.fields, "how": "box"})
    with office.ledger.transaction() as tx:
        assert try_card(tx, office, PIN).id == WANG


# ---- money ----


def test_money_is_paid_in_with_a_receipt_and_shown_on_the_statement(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{WANG}").form(f"/patients/{WANG}/money")
    receipt = desk.send(form, amount="12.50")
    assert "Receipt for money paid in" in receipt.text
    assert "12.50" in receipt.text
    assert "62.50" in receipt.text
    with office.ledger.reading() as tx:
        balances = [(entry.kind, entry.balance_cents) for entry in accounts.statement(tx, WANG, 5)]
    assert balances == [("deposit", 6250), ("deposit", 5000)]
    assert "62.50" in desk.get(f"/patients/{WANG}/statement").text


def test_a_fee_that_came_back_is_no_money_paid_out(desk: Browser, office: Office) -> None:
    with office.ledger.transaction() as tx:
        now = office.clock.now()
        slot = schedule.next_free(tx, office.profile(), now, most=1)[0]
        held = holds.hold(tx, office.profile(), now, slot, WANG, holder="call/1", channel="voice")
        visit = bookings.confirm(tx, office.profile(), now, held.id, holder="call/1")
        bookings.check_in(tx, now, visit.id, channel="desk", cause="desk/x")
        undoing.reopen(tx, now, visit.id, cause="desk/x")
        balances = [(entry.kind, entry.balance_cents) for entry in accounts.statement(tx, WANG, 3)]
        returned = next(each for each in accounts.statement(tx, WANG, 3) if each.kind == "refund")
    paid = 5000 - visit.fee_cents
    assert balances == [("hold", 5000), ("refund", 5000), ("charge", paid)]
    assert "Given back, noted by mistake" in desk.get(f"/patients/{WANG}/statement").text
    assert "no such receipt" in desk.get(f"/patients/{WANG}/receipt/{returned.id}").text


def test_a_double_click_books_the_money_once(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{WANG}").form(f"/patients/{WANG}/money")
    for _ in range(2):
        desk.send(form, amount="10")
    with office.ledger.reading() as tx:
        account = accounts.account(tx, WANG)
    assert account is not None
    assert account.balance_cents == 6000


def test_no_more_is_paid_back_than_is_free(desk: Browser, office: Office) -> None:
    form = desk.get(f"/patients/{WANG}").form(f"/patients/{WANG}/money")
    assert "lacks" in desk.send(form, what="refund", amount="50.01").text
    desk.send(form, what="refund", amount="50")
    with office.ledger.reading() as tx:
        assert accounts.statement(tx, WANG, 1)[0].balance_cents == 0


@pytest.mark.parametrize("amount", ["", "0", "-5", "1e5", "NaN", "1.005", "five"])
def test_an_amount_that_is_none_is_told_beside_its_field(desk: Browser, office: Office, amount: str) -> None:
    form = desk.get(f"/patients/{WANG}").form(f"/patients/{WANG}/money")
    page = desk.send(form, amount=amount)
    assert page.status == 422
    assert "paid in" not in done(office)
