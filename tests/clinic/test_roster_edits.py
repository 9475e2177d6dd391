"""The weekly roster changed one doctor or department at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from firmware.clinic import notices, roster_changes, roster_edits, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster_changes import Outcome
from firmware.clinic.roster_document import RosterError, WrittenSession
from firmware.clinic.roster_edits import DepartmentEdit, DoctorEdit, Edit, Removal
from firmware.clinic.schedule import Wish
from firmware.language.values import Name
from firmware.storage.ledger import Ledger, Transaction
from tests.clinic.visits import INTERNAL, SURGERY, TUESDAY, WANG, ZHAO, book, slot_at

Do = Callable[[Edit], Outcome]


@pytest.fixture
def do(tx: Transaction, profile: ClinicProfile, now: datetime) -> Do:
    return lambda edit: roster_edits.carry_out(tx, profile, now.date(), edit)


def doctor(tx: Transaction, today: date, doctor_id: int = WANG) -> DoctorEdit:
    """The doctor as an edit that changes nothing."""
    known = next(each for each in schedule.all_doctors(tx) if each.id == doctor_id)
    theirs = tuple(each for each in roster_edits.half_days(tx, today) if each.doctor == known.name)
    aliases = " ".join(known.aliases)
    return DoctorEdit(doctor_id, known.department_id, known.name, aliases, known.expert_code, theirs)


def half_day(weekday: int = 7, **differing: object) -> WrittenSession:
    plain = WrittenSession(0, None, "general", weekday, time(9), time(11), 30, None, 1000)
    return replace(plain, **differing)  # type: ignore[arg-type]


def test_the_roster_over_itself_changes_nothing(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    document = roster_edits.current(tx, now.date())
    assert len(document.sessions) == 6 + 10 + 24
    assert roster_changes.put_in_place(tx, profile, now.date(), document).changes == ()


def test_an_edit_that_changes_nothing_says_so(tx: Transaction, now: datetime, do: Do) -> None:
    assert do(doctor(tx, now.date())).changes == ()


def test_a_renamed_doctor_keeps_half_days_and_visits(
    tx: Transaction, profile: ClinicProfile, now: datetime, do: Do
) -> None:
    book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    outcome = do(replace(doctor(tx, now.date()), name=Name("王大明医生", "Dr Wang D")))
    assert [each.sign for each in outcome.changes] == ["~"]
    assert outcome.stranded == ()
    assert schedule.on_duty(tx, TUESDAY, Wish(doctor_id=WANG))


def test_a_shorter_morning_tells_whom_it_strands(
    tx: Transaction, profile: ClinicProfile, now: datetime, do: Do
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "11:15"))
    edit = doctor(tx, now.date())
    shorter = tuple(replace(each, ends=time(10)) for each in edit.half_days)
    assert [each.id for each in do(replace(edit, half_days=shorter)).stranded] == [visit.id]
    assert [each.id for each in roster_changes.without_a_place(tx, profile, now.date(), 10)] == [visit.id]


def test_a_preview_leaves_everything_as_it_was(ledger: Ledger, profile: ClinicProfile, now: datetime) -> None:
    with ledger.reading() as tx:
        before = roster_edits.fingerprint(tx, now.date())
    work = Removal(doctor_id=WANG)
    outcome = roster_edits.preview(ledger, lambda tx: roster_edits.carry_out(tx, profile, now.date(), work))
    assert len(outcome.changes) == 5
    with ledger.reading() as tx:
        assert roster_edits.fingerprint(tx, now.date()) == before


def test_a_new_doctor_and_a_new_department(tx: Transaction, do: Do) -> None:
    do(DepartmentEdit(None, 4, Name("皮肤科", "Skin"), "皮肤", (half_day(capacity=5, slot_minutes=None),)))
    skin = schedule.all_departments(tx)[-1]
    do(DoctorEdit(None, skin.id, Name("周医生", "Dr Zhou"), "", None, (half_day(weekday=2),)))
    (session,) = schedule.on_duty(tx, TUESDAY, Wish(department_id=skin.id))
    assert session.doctor
    assert session.doctor.name == Name("周医生", "Dr Zhou")


def test_a_department_changes_key_and_name_at_once_and_stays_itself(tx: Transaction, do: Do) -> None:
    before = len(schedule.on_duty(tx, TUESDAY, Wish(department_id=SURGERY)))
    do(DepartmentEdit(SURGERY, 8, Name("骨科", "Bones"), "骨", ()))
    assert len(schedule.on_duty(tx, TUESDAY, Wish(department_id=SURGERY))) == before
    assert [each.key for each in schedule.all_departments(tx)] == [1, 3, 8]


def test_a_removed_department_takes_its_doctors_along(tx: Transaction, do: Do) -> None:
    do(Removal(department_id=SURGERY))
    assert not schedule.on_duty(tx, TUESDAY, Wish(doctor_id=ZHAO))
    assert [each.key for each in schedule.all_departments(tx)] == [1, 3]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (DoctorEdit(None, INTERNAL, Name("赵医生", "Dr Z"), "", None, ()), "already"),
        (DepartmentEdit(None, 2, Name("皮肤科", "Skin"), "", ()), "taken"),
        (DoctorEdit(99, INTERNAL, Name("周", ""), "", None, ()), "any more"),
        (DoctorEdit(None, 99, Name("周", ""), "", None, ()), "any more"),
        (DoctorEdit(None, 1, Name("周", ""), "", None, (half_day(), half_day(begins=time(10)))), "overlap"),
    ],
)
def test_what_can_not_be_is_refused(do: Do, edit: Edit, says: str) -> None:
    with pytest.raises(RosterError, match=says):
        do(edit)


def test_two_edits_differ_in_the_fingerprint(tx: Transaction, now: datetime, do: Do) -> None:
    before = roster_edits.fingerprint(tx, now.date())
    do(replace(doctor(tx, now.date()), aliases="wang"))
    assert roster_edits.fingerprint(tx, now.date()) != before


def test_the_text_about_a_stopped_visit_is_one_part(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    assert (
        notices.stopped(profile, now, visit, "zh")
        == "【湖滨诊所】抱歉,3月3日周二08:30内科王医生停诊,您的预约已取消。改约请来电。"
    )
