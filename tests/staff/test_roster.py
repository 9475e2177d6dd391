"""A clinic's own roster, from a file, and the days that are unlike the week."""

from __future__ import annotations

import io
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from firmware.clinic import sample
from tests.staff.conftest import Desk

WANG_TUESDAY = ("--doctor", "王", "--day", "tue", "--time", "8:45")


@pytest.fixture
def plain() -> dict[str, Any]:
    return {part: deepcopy(sample.document()[part]) for part in sample.ROSTER_PARTS}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "roster.yaml"


def write(file: Path, plain: dict[str, Any]) -> str:
    file.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    return str(file)


def test_a_new_clinic_gets_its_roster_from_a_file(empty_desk: Desk, file: Path, plain: dict[str, Any]) -> None:
    empty_desk.documents.save("clinic", sample.document()["clinic"])
    said = empty_desk("roster", "set", write(file, plain), "--yes")
    assert said.rows[0] == "+ 1 内科 Internal medicine"
    assert "+ 王医生 Dr Wang specialist 08:30-11:30, 15 min, 20.00 yuan mon tue wed thu fri" in said.rows
    assert said.rows[-1] == "The roster is in place; new calls and texts get it at once."
    assert empty_desk("roster", "set", str(file)).out == "The roster is like this already.\n"
    empty_desk("add-patient", "--zh", "张三", "--born", "1970-01-01", "--number", "13900000099")
    assert "booked" in empty_desk("book", "张三", *WANG_TUESDAY).out.lower()
    assert empty_desk.audit[2].detail == "47 changes, 0 visits without a place"


def test_visits_that_would_lose_their_place_keep_a_roster_out(desk: Desk, file: Path, plain: dict[str, Any]) -> None:
    code = desk.book("p1", *WANG_TUESDAY)
    plain["sessions"][1]["begins"] = "09:00"
    said = desk.type("roster", "set", write(file, plain), "--yes")
    assert said.status == 1
    assert said.rows[-1].split()[:4] == ["Tue", "3", "Mar", "08:45"]
    assert said.rows[-1].endswith(code)
    assert said.err.startswith("Nothing was changed: cancel these visits first")
    assert "08:30-11:30" in desk("roster", "--day", "tue").out
    desk("roster", "set", str(file), "--yes", "--keep-visits")
    assert "09:00-11:30" in desk("roster", "--day", "tue").out
    assert code in desk("bookings", "--day", "tue").out


def test_without_a_yes_the_roster_stays(
    desk: Desk, file: Path, plain: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    del plain["sessions"][2]
    said = desk.type("roster", "set", write(file, plain))
    assert said.status == 1
    assert said.rows[0] == "- 李医生 Dr Li specialist 14:00-17:00 mon tue wed thu fri"
    assert "Dr Li" in desk("roster", "--day", "tue").out


def test_a_wrong_roster_is_refused_with_its_entry(desk: Desk, file: Path, plain: dict[str, Any]) -> None:
    plain["doctors"][0]["department"] = 7
    assert desk.refused("roster", "set", write(file, plain)) == (
        "Doctors 1 (王医生): department: 7 is none of 1, 2, 3."
    )
    assert desk.audit == []


def test_a_name_that_makes_texts_too_long_is_refused(desk: Desk, file: Path, plain: dict[str, Any]) -> None:
    plain["departments"][0]["zh"] = "内" * 40
    assert "takes 2 parts; the limit is 1" in desk.refused("roster", "set", write(file, plain))


def test_a_doctor_taken_off_by_mistake_is_put_back(desk: Desk) -> None:
    desk("absent", "王", "tue", "--yes")
    desk("present", "王", "tue")
    assert desk.book("p1", *WANG_TUESDAY)
    assert desk.refused("present", "王", "tue") == "Dr Wang was not taken off the roster on Tue 3 Mar."


def test_a_holiday_closes_everything_and_names_who_must_be_told(desk: Desk) -> None:
    code = desk.book("p1", *WANG_TUESDAY)
    said = desk("closed", "tue", "--yes", "--reason", "holiday")
    assert said.rows[0] == "The clinic, Tue 3 Mar: 1 booked."
    assert said.rows[2].endswith(code)
    assert desk.refused("book", "p4", *WANG_TUESDAY) == "Nothing is free on Tue 3 Mar."
    assert desk("roster", "--day", "tue").out == "Nobody is on duty.\n"
    desk("closed", "tue", "--undo")
    assert "08:45" not in desk("book", "p4", *WANG_TUESDAY[:-1], "9:00").rows[0]
    assert desk.refused("closed", "tue", "--undo") == "The clinic was not closed on Tue 3 Mar."


def test_one_department_is_closed_and_the_others_work(desk: Desk) -> None:
    desk("closed", "tue", "--yes", "--department", "内科")
    assert "absent" in desk("roster", "--day", "tue").out
    assert "Dr Zhao" in desk("roster", "--day", "tue").out
    desk("closed", "tue", "--undo", "--department", "1")
    assert desk.book("p1", *WANG_TUESDAY)
    assert desk.refused("closed", "tue", "--undo", "--department", "1").startswith("Internal medicine was not closed")


def test_a_make_up_day_is_worked_like_a_weekday(desk: Desk) -> None:
    assert desk("make-up", "sun", "--like", "fri").out == "Sun 8 Mar is worked like a fri: 7 half-days added.\n"
    assert "Dr Li" in desk("roster", "--day", "sun").out
    assert "is past" in desk.refused("make-up", "2026-03-01", "--like", "fri")


def test_an_extra_half_day_can_be_booked(desk: Desk) -> None:
    sunday = ("extra", "--doctor", "王", "sun", "9:00", "10:00", "--slot-minutes", "30", "--specialist", "--fee", "20")
    assert desk(*sunday).out == "Dr Wang is also there on Sun 8 Mar.\n"
    assert "Sun 8 Mar 09:30 Dr Wang" in desk("book", "p1", "--doctor", "王", "--day", "sun", "--time", "9:30").out
    assert "there is a session from 09:00 to 10:00" in desk.refused(*sunday)
    assert desk.refused("extra", "--department", "1", "sun", "9:00", "9:00", "--capacity", "5").startswith("Extra: it")
    assert "is past" in desk.refused(*sunday[:3], "2026-03-01", *sunday[4:])
    assert "0 is not from 1 to 999" in desk.refused("extra", "--department", "1", "sun", "9", "10", "--capacity", "0")
