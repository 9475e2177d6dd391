from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from firmware.clinic import notices, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.schedule import Wish
from firmware.language.catalogue import Catalogue
from firmware.language.values import Name
from firmware.sms_parts import Coding, coding_of, parts_of
from firmware.storage.ledger import Transaction
from tests.clinic.visits import INTERNAL, P4, TUESDAY, book, slot_at

LAST_TUESDAY = date(2026, 12, 29)


@pytest.fixture
def visit(tx: Transaction, profile: ClinicProfile, now: datetime) -> Booking:
    return replace(book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), P4), code="482913")


def test_every_notice_is_there_in_both_languages() -> None:
    assert Catalogue(Path(notices.__file__).with_name("notices.yaml")).missing() == []


def test_a_confirmation_is_one_part_in_chinese(visit: Booking, profile: ClinicProfile, now: datetime) -> None:  # S05
    text = notices.confirmation(profile, now, visit, "zh")
    assert text == "【湖滨诊所】已约3月3日周二08:30内科王医生,预约码482913。取消请回复:取消4829(3月2日周一17:00前)"
    assert parts_of(text) == 1


def test_a_confirmation_is_one_plain_part_in_english(  # S15
    visit: Booking, profile: ClinicProfile, now: datetime
) -> None:
    text = notices.confirmation(profile, now, visit, "en")
    assert text == (
        "Lakeside Clinic: booked Tue 3 Mar 08:30, Dr Wang, Internal medicine, code 482913."
        " To cancel reply CANCEL 4829 before Mon 2 Mar 17:00."
    )
    assert (coding_of(text), parts_of(text)) == (Coding.GSM7, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_notice_of_the_sample_clinic_is_one_part(
    visit: Booking, profile: ClinicProfile, now: datetime, language: str
) -> None:
    session = visit.slot.session
    assert session.doctor is not None
    department = replace(session.department, name=Name("五官科", "Ear nose and throat"))
    longest = replace(
        session, department=department, doctor=replace(session.doctor, name=Name("欧阳医生", "Dr Ouyang"))
    )
    booking = replace(visit, slot=replace(visit.slot, session=longest, day=LAST_TUESDAY))
    december = now.replace(month=12, day=20)
    text = notices.confirmation(profile, december, booking, language)
    assert parts_of(text) == 1
    assert "4829" in text.replace("482913", ""), "there is room for how to cancel"


def test_a_long_name_costs_the_hint_and_not_a_second_part(
    visit: Booking, profile: ClinicProfile, now: datetime
) -> None:
    wordy = replace(profile, sign=Name("【湖滨街道第二社区卫生服务中心】", "Lakeside"))
    text = notices.confirmation(wordy, now, visit, "zh")
    assert text.endswith("预约码482913。")
    assert parts_of(text) == 1
    assert "取消4829" in notices.confirmation(replace(wordy, text_parts=2), now, visit, "zh")


def test_after_the_cut_off_no_text_offers_to_cancel(visit: Booking, profile: ClinicProfile, now: datetime) -> None:
    assert "取消" not in notices.confirmation(profile, now.replace(hour=17), visit, "zh")


def test_a_queue_number_is_said_instead_of_a_time(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    number = schedule.next_free(tx, profile, now, Wish(INTERNAL, "general"), after=TUESDAY)[0]
    visit = replace(book(tx, profile, now, number, P4), code="482913")
    assert "3月3日周二内科1号,预约码482913" in notices.confirmation(profile, now, visit, "zh")
    assert notices.cancellation(profile, now, visit, "en") == (
        "Lakeside Clinic: your visit on Tue 3 Mar, Internal medicine, No. 1, is cancelled."
    )
