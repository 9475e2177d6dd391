from __future__ import annotations

from datetime import date

import pytest

from firmware.clinic import people
from firmware.clinic.errors import NoSuchPatient
from firmware.clinic.people import Contact
from firmware.language.values import Name
from firmware.storage.ledger import Transaction
from tests.clinic.visits import P2, P3, P4, PHONE


def test_one_number_reaches_a_mother_and_her_child(tx: Transaction) -> None:
    assert [person.name.zh for person in people.owners(tx, PHONE[P2])] == ["陈敏", "陈小宝"]
    assert people.patient(tx, P3).guardian_id == P2


def test_the_birth_year_tells_them_apart(tx: Transaction) -> None:
    assert [person.id for person in people.born_in(tx, PHONE[P2], 2019)] == [P3]
    assert people.born_in(tx, PHONE[P2], 1948) == []


def test_the_deceased_are_never_called_by_name(tx: Transaction) -> None:
    assert people.owners(tx, "13800000006") == []
    assert people.born_in(tx, "13800000006", 1939) == []


@pytest.mark.parametrize("number", [None, "", "13999999999", "1' OR 1=1 --"])
def test_nobody_owns_an_unknown_number(tx: Transaction, number: str | None) -> None:
    assert people.owners(tx, number) == []
    assert people.contact(tx, number).language is None


def test_an_unknown_person_is_refused(tx: Transaction) -> None:
    with pytest.raises(NoSuchPatient):
        people.patient(tx, 999)


def test_a_number_keeps_its_language_and_its_pace(tx: Transaction) -> None:
    people.remember(tx, PHONE[P4], language="en")
    people.remember(tx, PHONE[P4], slow_keys=True)
    assert people.contact(tx, PHONE[P4]) == Contact(PHONE[P4], "en", slow_keys=True)
    people.remember(tx, None, language="en")
    assert people.contact(tx, None).language is None


def test_a_child_registered_with_the_mothers_number_changes_nobody(tx: Transaction) -> None:
    before = people.patient(tx, P2)
    child = people.register(tx, Name("陈二宝", ""), date(2024, 1, 1), number=PHONE[P2], rank=3, guardian_id=P2)
    assert people.patient(tx, P2) == before
    assert people.owners(tx, PHONE[P2])[-1] == child
    people.reach(tx, child.id, "13800000099")
    assert people.numbers(tx, child.id) == ["13800000099", PHONE[P2]]
