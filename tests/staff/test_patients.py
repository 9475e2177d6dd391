from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from firmware.clinic import card_numbers, cards, records, sample
from firmware.clinic.cards import Attempt
from firmware.clinic.errors import CardLocked, ClinicError, WrongCardOrPin
from firmware.storage.text_schema import outbox
from tests.staff.conftest import MONDAY_9, Desk


def knows(desk: Desk, card: str, pin: str) -> bool:
    """Whether the box takes this card with this PIN now."""
    return tried(desk, card, pin) is None


def tried(desk: Desk, card: str, pin: str, call_id: str = "call-1") -> ClinicError | None:
    ledger = desk.ledger()
    try:
        with ledger.transaction() as tx:
            cards.check(tx, sample.profile(), Attempt(MONDAY_9, call_id), card, pin)
    except (WrongCardOrPin, CardLocked) as error:
        return error
    finally:
        ledger.close()
    return None


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What will be typed where nothing is shown."""
    typed: Iterator[str] = iter(lines)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))


@pytest.mark.parametrize("words", ["13800000002", "+86 138-0000-0002", "陈", "chen"])
def test_patients_are_found_by_number_and_name_however_written(desk: Desk, words: str) -> None:
    assert [row.split()[0] for row in desk("patients", words).rows] == ["id", "p2", "p3"]


def test_everybody_is_listed_with_what_staff_must_know(desk: Desk) -> None:
    rows = desk("patients").rows
    assert len(rows) == 7
    assert rows[4].endswith("100.00 yuan  vip")
    assert rows[6].endswith("deceased")
    assert desk("patients", "100016").rows[1].startswith("p1")
    assert desk("patients", "wxy").rows[1].startswith("p1"), "initials, as at the desk"
    assert desk("patients", "%").out == "Nobody found.\n"


def test_a_new_patient_gets_a_card_that_works(desk: Desk) -> None:
    said = desk("add-patient", "--zh", "张三", "--born", "1970-01-01", "--number", "+86 139 0000 0099", "--card")
    assert said.rows[0] == "Registered p7 张三 born 1970-01-01."
    card, pin = said.rows[1].removeprefix("Card ").partition(",")[0], said.rows[1].partition("PIN ")[2][:4]
    assert card_numbers.is_valid(card)
    assert knows(desk, card, pin)
    assert "13900000099" in desk("patients", card).out
    assert pin not in str(desk.audit)


def test_a_typed_pin_must_be_typed_twice_and_is_not_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, "12", "1234", "4711", "4712", "4711", "4711")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("firmware.cli.staff.asking.PIN_TRIES", 4)
        said = desk.type("add-patient", "--en", "Ann Lee", "--born", "1990-05-05", "--card", "--type-pin")
    assert said.err.splitlines() == ["A PIN has 4 digits.", "This PIN is too easy to guess.", "The two differ."]
    assert "4711" not in said.out
    assert knows(desk, said.rows[1].split()[1].rstrip(","), "4711")


def test_after_three_bad_pins_nobody_is_registered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, "1111", "2345", "x")
    said = desk.type("add-patient", "--en", "Ann Lee", "--born", "1990-05-05", "--card", "--type-pin")
    assert (said.status, said.err.splitlines()[-1]) == (1, "No PIN was set.")
    assert desk("patients", "Ann").out == "Nobody found.\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--zh", "王秀英", "--en", "Wang Xiuying", "--born", "1948-03-07"), "This is p1's name and birthday"),
        (("--zh", "张三", "--born", "2027-01-01"), "Nobody who comes was born on 2027-01-01."),
        (("--zh", "张三", "--born", "7.3.1948"), "'7.3.1948' is no day: a date is written 1948-03-07."),
        (("--born", "1948-03-07"), "A patient needs a name"),
        (("--zh", "张\x1b[2J", "--born", "1948-03-07"), "printable"),
        (("--zh", "张三", "--born", "1948-03-07", "--number", "AT+CFUN=0"), "A telephone number has 3 to 15 digits"),
        (("--zh", "张三", "--born", "1948-03-07", "--type-pin"), "--type-pin goes with --card."),
    ],
)
def test_a_patient_who_cannot_be_is_refused(desk: Desk, words: tuple[str, ...], why: str) -> None:
    assert why in desk.refused("add-patient", *words)


def test_two_people_may_share_a_name_and_a_birthday(desk: Desk) -> None:
    same = ("add-patient", "--zh", "王秀英", "--en", "Wang Xiuying", "--born", "1948-03-07", "--namesake")
    assert desk(*same).out.startswith("Registered p7")


def test_a_new_pin_unlocks_the_card(desk: Desk) -> None:
    tries = [tried(desk, "100016", "0000", f"call-{number // 3}") for number in range(7)]
    assert isinstance(tries[-1], CardLocked)
    pin = desk("reset-pin", "100016").rows[1].partition("PIN ")[2][:4]
    assert tried(desk, "100016", pin, "call-9") is None
    assert desk.audit[0].detail == "patient 1"


@pytest.mark.parametrize("command", [("reset-pin",), ("deposit", "50")])
def test_a_mistyped_card_is_noticed_by_its_check_digit(desk: Desk, command: tuple[str, ...]) -> None:
    assert "its last digit does not fit" in desk.refused(command[0], "100017", *command[1:])
    assert desk.refused(command[0], "100057", *command[1:]) == "No patient has the card 100057."


def test_money_paid_in_is_on_the_account(desk: Desk) -> None:
    said = desk("deposit", "100024", "12.50")
    assert said.out == "12.50 yuan paid in for 陈敏 Chen Min; 15.50 yuan free on the account.\n"
    assert desk.audit[0].detail == "patient 2, 1250 cents"


@pytest.mark.parametrize("amount", ["0", "0.001", "fifty", "1e99", "NaN", "100000.01"])
def test_odd_amounts_are_refused(desk: Desk, amount: str) -> None:
    assert repr(amount) in desk.refused("deposit", "100024", amount)


def test_a_known_patient_gets_another_number_first_and_a_card(desk: Desk) -> None:
    said = desk("patient", "set", "p3", "--first-number", "138-0000-0033", "--card")
    card = said.rows[1].split()[1].rstrip(",")
    assert said.rows[0] == "Changed p3 陈小宝 Chen Xiaobao born 2019-09-09."
    assert f"13800000033 13800000002  {card}" in desk("patients", "p3").out
    assert desk.audit[0].detail == "patient 3: first_number, card"
    assert "reaches this patient already" in desk.refused("patient", "set", "p3", "--add-number", "13800000033")


def test_texts_about_visits_follow_when_a_number_is_taken_away(desk: Desk) -> None:
    desk.book("p1", "--doctor", "王", "--day", "tue", "--time", "8:45")
    desk("patient", "set", "p1", "--remove-number", "13800000001", "--add-number", "13800000011")
    ledger = desk.ledger()
    with ledger.reading() as tx:
        (visit,) = records.of_patient(tx, sample.profile(), MONDAY_9, 1)
        states = list(tx.execute(select(outbox.c.state)).scalars())
    ledger.close()
    assert states == ["withdrawn"]
    assert visit.contact_number == "13800000011"
    assert desk.refused("patient", "set", "p1", "--remove-number", "13800000001").startswith(
        "13800000001 does not reach"
    )


def test_a_guardian_is_another_living_person(desk: Desk) -> None:
    desk("patient", "set", "p5", "--guardian", "p1", "--tier", "vip", "--language", "en")
    assert "vip" in desk("patients", "p5").out
    assert "their own guardian" in desk.refused("patient", "set", "p1", "--guardian", "p5")
    assert "No living patient" in desk.refused("patient", "set", "p1", "--guardian", "p6")
    desk("patient", "set", "p5", "--guardian", "none")
    desk("patient", "set", "p1", "--guardian", "p5")


def test_who_is_deceased_is_named_with_the_visits_that_stand(desk: Desk) -> None:
    code = desk.book("p1", "--doctor", "王", "--day", "tue", "--time", "8:45")
    assert desk("patient", "set", "p1", "--deceased").rows[1].endswith(f"code {code}")
    assert "No living patient" in desk.refused("book", "p1", "--doctor", "王", "--day", "wed", "--time", "8:45")
    desk("patient", "set", "p1", "--alive")
    assert "Say what is to be changed" in desk.refused("patient", "set", "p1")
    assert desk.refused("patient", "set", "nobody", "--alive") == "No patient is known by 'nobody'."
