from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from firmware.clock import SharedClock
from firmware.storage.text_schema import outbox
from tests.staff.conftest import Desk

WANG_TUESDAY = ("--doctor", "王", "--day", "tue", "--time", "8:45")


def test_a_visit_booked_at_the_desk_gets_the_text_that_callers_get(desk: Desk) -> None:
    said = desk("book", "王秀英", *WANG_TUESDAY)
    assert "Tue 3 Mar 08:45 Dr Wang" in said.rows[0]
    assert "20.00 yuan, held on the account" in said.rows[0]
    ledger = desk.ledger()
    with ledger.reading() as tx:
        queued = tx.execute(select(outbox.c.number, outbox.c.body)).one()
    ledger.close()
    assert said.rows[1] == f"Text to {queued.number}: {queued.body}"
    assert queued.body.startswith("【湖滨诊所】已约3月3日周二08:45内科王医生,预约码")


def test_the_day_list_shows_who_comes_and_the_trail_who_booked(desk: Desk) -> None:
    code = desk.book("13800000004", *WANG_TUESDAY)
    said = desk("bookings", "--day", "2026-03-03", "--doctor", "Dr Wang")
    assert said.rows[0] == "Tue 3 Mar"
    assert said.rows[2].split() == [
        "08:45", "2", "Internal", "medicine", "Dr", "Wang", "汤姆·里德", "Tom", "Reed", "13800000004", "booked", code,
    ]  # fmt: skip
    assert desk("bookings", "--day", "tue", "--doctor", "li").rows[1] == "No bookings."
    assert (desk.audit[0].who, desk.audit[0].what) == ("reception", "book")
    assert "Reed" not in desk.audit[0].detail


def test_a_department_gives_its_next_number_without_a_time(desk: Desk) -> None:
    assert "Internal medicine No. 1" in desk("book", "p1", "--department", "内科", "--day", "today").out
    assert "Internal medicine No. 2" in desk("book", "p4", "--department", "1", "--day", "today").out


def test_a_taken_slot_is_refused_with_the_next_free_ones(desk: Desk) -> None:
    desk.book("p1", *WANG_TUESDAY)
    why = desk.refused("book", "p4", *WANG_TUESDAY)
    assert why.startswith("That is taken or not offered any more. Next free: Tue 3 Mar 08:30 Dr Wang; Tue 3 Mar 09:00")
    assert [trace.what for trace in desk.audit] == ["book"]


def test_without_a_time_the_free_times_are_told(desk: Desk) -> None:
    assert "Say --time; free on Tue 3 Mar: 08:30 08:45" in desk.refused("book", "p1", *WANG_TUESDAY[:-2])
    assert "no slot at 08:50" in desk.refused("book", "p1", *WANG_TUESDAY[:-1], "8:50")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("p1", "--doctor", "王", "--day", "2026-05-05", "--time", "8:45"), "The clinic books until Mon 16 Mar only."),
        (("p1", "--doctor", "王", "--day", "2026-03-01", "--time", "8:45"), "Sun 1 Mar is past."),
        (("p1", "--doctor", "王", "--day", "sunday", "--time", "8:45"), "Nothing is free on Sun 8 Mar."),
        (("p1", "--doctor", "王", "--day", "2026-02-30", "--time", "8:45"), "'2026-02-30' is no day"),
        (("p1", "--doctor", "王", "--day", "tue", "--time", "25:00"), "'25:00' is no time"),
        (("p1", "--doctor", "马", "--day", "tue"), "No doctor '马'; known: 王医生 Dr Wang, 李医生 Dr Li"),
        (("p1", "--doctor", "Dr", "--day", "tue"), "'Dr' means more than one doctor"),
        (("p99", "--doctor", "王", "--day", "tue"), "No patient 99."),
        (("13800000002", "--doctor", "王", "--day", "tue"), "more than one patient: p2 陈敏"),
        (("p6", "--doctor", "王", "--day", "tue"), "No living patient"),
        (("100024", *WANG_TUESDAY), "The account has 3.00 yuan free, the visit costs 20.00 yuan"),
        (("\udce4", *WANG_TUESDAY), "What was typed is not UTF-8 text."),
    ],
)
def test_what_cannot_be_booked_is_said_in_a_sentence(desk: Desk, words: tuple[str, ...], why: str) -> None:
    assert why in desk.refused("book", *words)
    assert desk.audit == []


def test_who_has_too_little_on_the_account_can_pay_at_the_desk(desk: Desk) -> None:
    assert "to be paid at the desk" in desk("book", "100024", *WANG_TUESDAY, "--pay-at-desk").out


def test_the_desk_cancels_after_the_cut_off_and_the_fee_goes_back(desk: Desk) -> None:
    code = desk.book("p1", "--doctor", "li", "--day", "today", "--time", "14:00")
    said = desk("cancel", code)
    assert "The fee is back on the account." in said.rows[0]
    assert said.rows[1].startswith("Text to 13800000001: 【湖滨诊所】已取消3月2日周一14:00内科李医生")
    assert desk("patients", "p1").out.count("50.00 yuan") == 1
    assert desk.refused("cancel", code) == "No booking has this code."
    assert desk.refused("cancel", "12") == "No code has so many digits."


def test_who_comes_is_checked_in_once_and_charged_once(desk: Desk) -> None:
    code = desk.book("p1", "--doctor", "li", "--day", "today", "--time", "14:00")
    assert "Fee 20.00 yuan, charged" in desk("check-in", code).out
    assert "Was there already" in desk("check-in", code).out
    assert "30.00 yuan" in desk("patients", "p1").out


def test_nobody_is_checked_in_on_another_day(desk: Desk) -> None:
    assert desk.refused("check-in", desk.book("p1", *WANG_TUESDAY)).startswith("This visit is not today: Tue 3 Mar")


def test_who_did_not_come_gets_the_held_fee_back_unless_the_clinic_charges_it(desk: Desk) -> None:
    code = desk.book("p1", "--doctor", "li", "--day", "today", "--time", "14:00")
    assert "still to come" in desk.refused("no-show", code)
    SharedClock(desk.folders.clock).advance(6 * 3600)
    assert "Did not come" in desk("no-show", code).out
    assert desk("patients", "p1").out.count("50.00 yuan") == 1


def test_an_absent_doctor_gets_nobody_new_and_the_booked_are_listed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = desk.book("p1", *WANG_TUESDAY)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    said = desk("absent", "王医生", "tue", "--reason", "ill")
    assert said.rows[0] == "Dr Wang, Tue 3 Mar: 1 booked."
    assert said.rows[2].split()[-4:] == ["text", "or", "call", code]
    assert "1 to be told" in said.rows[-1]
    assert desk.refused("book", "p4", *WANG_TUESDAY) == "Nothing is free on Tue 3 Mar."
    assert "absent" in desk("roster", "--day", "tue").out
    assert code in desk("bookings", "--day", "tue").out
    assert desk.refused("absent", "王医生", "tue") == "Dr Wang is not on the roster on Tue 3 Mar."


def test_without_a_yes_nothing_is_closed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    said = desk.type("absent", "wang", "tue")
    assert (said.status, said.rows[-1]) == (1, "Take Dr Wang off the roster on Tue 3 Mar? [y/N] Nothing was changed.")
    assert "absent" not in desk("roster", "--day", "tue").out


def test_the_weeks_roster_says_what_is_free(desk: Desk) -> None:
    desk.book("p1", *WANG_TUESDAY)
    wang = [row for row in desk("roster", "--week").rows if "Dr Wang" in row]
    assert [row[:3] for row in wang] == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert wang[1].split()[-4:] == ["min", "11", "20.00", "yuan"]
