from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from firmware.clinic import patient_changes, people, pinyin, search
from firmware.clinic.profile import ClinicProfile
from firmware.language.values import Name
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.people_schema import patients
from tests.clinic.visits import P1, P2, P3, P4, PHONE, TUESDAY, book, slot_at


def ids(tx: Transaction, words: str) -> list[int]:
    return [person.id for person in search.people_like(tx, words)]


@pytest.mark.parametrize(
    "words",
    ["王秀英", "王", "秀英", "wang xiuying", "wangxiuying", "WangXiuYing", "wxy", "w x y", "xiuying wang", "wangx",
     "13800000001", "138-0000/0001", "+86 138 0000 0001", "1380000000１", "100016"],
)  # fmt: skip
def test_a_person_is_found_by_whatever_is_at_hand(tx: Transaction, words: str) -> None:
    assert P1 in ids(tx, words)


def test_a_foreign_name_is_found_by_any_of_its_words(tx: Transaction) -> None:
    for words in ("tom", "Reed", "tom reed", "reed tom", "汤姆", "tangmu"):
        assert ids(tx, words) == [P4], words


def test_a_family_on_one_number_is_shown_whole_and_in_order(tx: Transaction) -> None:
    assert ids(tx, PHONE[P2]) == [P2, P3]


@pytest.mark.parametrize("words", ["", "  ", "12", "zzz", "%", "_", "' OR 1=1 --", "\x00", "9" * 60, "王%"])
def test_what_means_nobody_finds_nobody(tx: Transaction, words: str) -> None:
    assert ids(tx, words) == []


def test_names_are_read_as_surnames_are(tx: Transaction) -> None:
    for zh, letters, initials in (
        ("单雄信", "shanxiongxin", "sxx"), ("曾国藩", "zengguofan", "zgf"), ("尉迟恭", "yuchigong", "ycg"),
        ("吕布", "lvbu", "lb"),
    ):  # fmt: skip
        assert pinyin.reading(Name(zh, "")) == pinyin.Reading(letters, initials)
    person = people.register(tx, Name("单雄信", ""), date(1960, 1, 1))
    assert ids(tx, "shan xiong") == ids(tx, "sxx") == [person.id]


@pytest.mark.parametrize("words", ["lv", "lu", "lü", "LÜ", "lyu", "lubu", "lu bu"])
def test_a_sound_that_keyboards_lack_is_found_as_people_type_it(tx: Transaction, words: str) -> None:
    person = people.register(tx, Name("吕布", ""), date(1960, 1, 1))
    assert person.id in ids(tx, words)


def test_luo_is_not_taken_for_another_sound(tx: Transaction) -> None:
    people.register(tx, Name("吕布", ""), date(1960, 1, 1))
    luo = people.register(tx, Name("罗成", ""), date(1960, 1, 1))
    assert ids(tx, "luo") == [luo.id]


def test_the_last_digits_of_a_number_find_its_people(tx: Transaction) -> None:
    last = PHONE[P2][-5:]
    assert ids(tx, last) == [P2, P3]
    assert ids(tx, "99" + last[2:]) == []


def test_a_new_name_is_found_by_its_sound(tx: Transaction) -> None:
    patient_changes.set_name(tx, P1, Name("李秀英", "Li Xiuying"))
    assert ids(tx, "lixiuying") == [P1]
    assert P1 not in ids(tx, "wangxiuying")


def test_those_from_before_there_were_readings_get_one(ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        tx.execute(update(patients).values(pinyin="", initials=""))
        everybody = tx.execute(select(patients.c.id)).scalars().all()
    assert pinyin.fill_missing(ledger) == len(everybody)
    assert pinyin.fill_missing(ledger) == 0
    with ledger.reading() as tx:
        assert P1 in ids(tx, "wxy")


def test_a_code_finds_its_visit_whole_or_by_its_first_four(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    assert visit.code is not None
    for words in (visit.code, visit.code[:4], f" {visit.code[:3]} {visit.code[3:]}"):
        assert [found.id for found in search.visits_by_code(tx, words)] == [visit.id]
    assert search.visits_by_code(tx, visit.code[:5]) == []
    (found,) = search.find(tx, profile, now, "wxy")
    assert found.next_visit == visit
    assert found.numbers == (PHONE[P1],)


def test_most_found_is_a_limit(tx: Transaction) -> None:
    for number in range(20):
        people.register(tx, Name(f"赵{number}", ""), date(1970, 1, 1))
    assert len(ids(tx, "赵")) == search.MOST_FOUND
