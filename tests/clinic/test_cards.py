"""S03: wrong PINs, and what they tell nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from firmware.clinic import cards
from firmware.clinic.cards import Attempt
from firmware.clinic.errors import CardLocked, WrongCardOrPin
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.people_schema import cards as rows
from firmware.storage.people_schema import pin_failures
from tests.clinic.visits import P1, PHONE

STRANGER = "13911111111"


def check(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    pin: str,
    card: str = "100016",
    call: str = "call/1",
    caller: str | None = PHONE[P1],
) -> Patient:
    return cards.check(tx, profile, Attempt(now, call, caller), card, pin)


def fail(tx: Transaction, profile: ClinicProfile, now: datetime, times: int, **how: str | None) -> list[int]:
    left = []
    for number in range(times):
        with pytest.raises(WrongCardOrPin) as refusal:
            check(tx, profile, now, "0000", call=f"{how}/{number // 3}", **how)  # type: ignore[arg-type]
        left.append(refusal.value.tries_left)
    return left


def failures(tx: Transaction) -> int:
    return tx.execute(select(func.count()).select_from(pin_failures)).scalar_one()


def test_card_and_pin_open_the_record(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    assert check(tx, profile, now, "2468").name.zh == "王秀英"
    assert failures(tx) == 0


def test_the_third_wrong_pin_is_the_calls_last(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    left = []
    for pin in ("1111", "2222", "3333", "2468"):
        with pytest.raises(WrongCardOrPin) as refusal:
            check(tx, profile, now, pin)
        left.append(refusal.value.tries_left)
    assert left == [2, 1, 0, 0], "the right PIN comes too late for this call"
    assert check(tx, profile, now, "2468", call="call/2").id == P1


def test_the_tries_left_are_those_of_the_call_or_of_the_day_whichever_are_fewer(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    profile = replace(profile, pin_tries_a_day=4)
    assert fail(tx, profile, now, 4) == [2, 1, 0, 0]
    with pytest.raises(CardLocked):
        check(tx, profile, now, "2468", call="call/9")


def test_who_is_told_of_no_try_left_in_the_middle_of_a_call_is_locked_out(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    profile = replace(profile, pin_tries_a_day=4)
    fail(tx, profile, now, 3)
    with pytest.raises(WrongCardOrPin) as refusal:
        check(tx, profile, now, "0000", call="call/9")
    assert refusal.value.is_locked


def test_six_wrong_pins_in_a_day_lock_the_card_for_everybody(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    assert fail(tx, profile, now, 6, caller=STRANGER) == [2, 1, 0, 2, 1, 0]
    with pytest.raises(CardLocked) as refusal:
        check(tx, profile, now, "2468", call="call/9")
    assert refusal.value.until == now + timedelta(hours=24)
    assert check(tx, profile, now + timedelta(hours=24, seconds=1), "2468", call="call/9").id == P1


def test_a_caller_who_guesses_on_many_cards_is_locked_out(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    for card in ("100016", "100024", "100032"):
        fail(tx, profile, now, 2, card=card, caller=STRANGER)
    with pytest.raises(CardLocked):
        check(tx, profile, now, "7531", card="100040", call="call/9", caller=STRANGER)
    assert check(tx, profile, now, "7531", card="100040", call="call/9").id != P1, "others are not"


def test_callers_who_withhold_their_number_are_not_one_caller(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    for card in ("100024", "100032", "100040"):
        fail(tx, profile, now, 2, card=card, caller=None)
    assert check(tx, profile, now, "2468", caller=None, call="call/9").id == P1


def test_staff_unlocks_a_card(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    fail(tx, profile, now, 6, caller=STRANGER)
    cards.unlock(tx, now + timedelta(minutes=5), "100016")
    assert check(tx, profile, now + timedelta(minutes=6), "2468", call="call/9").id == P1
    assert failures(tx) == 6, "what happened stays on record"


def test_staff_unlocks_a_card_also_for_the_number_that_failed(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    fail(tx, profile, now, 6, caller=STRANGER)
    cards.unlock(tx, now + timedelta(minutes=5), "100016")
    assert check(tx, profile, now + timedelta(minutes=6), "2468", caller=STRANGER, call="call/9").id == P1


@pytest.mark.parametrize("card", ["100017", "999999", "", "1" * 500, "100016' OR '1'='1", "一二三"])
def test_an_unknown_card_is_refused_like_a_wrong_pin(
    tx: Transaction, profile: ClinicProfile, now: datetime, card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    really = cards._matches
    monkeypatch.setattr(cards, "_matches", lambda pin_hash, pin: hashed.append(pin_hash) or really(pin_hash, pin))
    for number in (card, "100016"):
        with pytest.raises(WrongCardOrPin) as refusal:
            check(tx, profile, now, "0000", card=number, call=f"call/{number}")
        assert refusal.value.tries_left == 2
    assert len(hashed) == 2, "both cost one hash"


def test_an_unknown_card_is_locked_like_a_known_one(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    fail(tx, profile, now, 6, card="100057", caller=STRANGER)
    with pytest.raises(CardLocked):
        check(tx, profile, now, "0000", card="100057", call="call/9")


def test_a_wrong_try_is_on_disk_although_it_raised(ledger: Ledger, profile: ClinicProfile, now: datetime) -> None:
    with pytest.raises(WrongCardOrPin), ledger.transaction() as tx:
        check(tx, profile, now, "1111")
    with ledger.reading() as tx:
        assert failures(tx) == 1


def test_no_pin_is_kept_anywhere(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    fail(tx, profile, now, 3, caller=STRANGER)
    kept = [str(row) for table in (rows, pin_failures) for row in tx.execute(select(table))]
    assert not any(pin in row for row in kept for pin in ("2468", "0000"))


def test_a_new_pin_replaces_the_old_one(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    cards.issue(tx, "100016", P1, "8888")
    assert check(tx, profile, now, "8888").id == P1
    with pytest.raises(WrongCardOrPin):
        check(tx, profile, now, "2468")
    with pytest.raises(ValueError, match="check digit"):
        cards.issue(tx, "100017", P1, "8888")


def test_a_pin_that_is_no_text_is_only_wrong(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    with pytest.raises(WrongCardOrPin):
        check(tx, profile, now, "\ud800" * 1000)
