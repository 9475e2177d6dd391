from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from firmware.cli.staff.set_up import EXAMPLES
from firmware.clinic import sample
from firmware.clinic.profile import read_profile
from firmware.ivr.book import SHIPPED
from tests.staff.conftest import Desk

LINES = "- {name: L1, kind: voice, device: /dev/ttyACM9}\n- {name: L3, kind: gsm, device: /dev/ttyUSB9, pin: '1234'}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "document.yaml"


def test_one_command_loads_the_sample_clinic_into_an_empty_box(empty_desk: Desk) -> None:
    said = empty_desk("load-sample")
    assert said.out == "Loaded 湖滨诊所 Lakeside Clinic: 3 departments, 4 doctors, 6 patients.\n"
    assert empty_desk.documents.load("clinic") == sample.document()["clinic"]
    assert "Dr Wang" in empty_desk("roster").out
    assert empty_desk.audit[0].what == "load-sample"


def test_the_sample_never_mixes_with_a_clinic_that_is_there(desk: Desk, empty_desk: Desk) -> None:
    assert desk.refused("load-sample") == "This box has a clinic in it already; nothing was loaded."


def test_the_sample_does_not_replace_another_clinics_settings(empty_desk: Desk) -> None:
    empty_desk.documents.save("clinic", {"name": {"en": "Hillside"}, "zone": "Europe/Berlin"})
    assert "set up for another clinic" in empty_desk.refused("load-sample")
    assert empty_desk("patients").out == "Nobody found.\n"


def test_without_a_clinic_the_way_to_one_is_told(empty_desk: Desk, tmp_path: Path) -> None:
    assert "No clinic is set up" in empty_desk.refused("bookings")
    assert empty_desk("set-up", "show").out == "Nothing is set up yet.\n"
    empty_desk.folders = type(empty_desk.folders)(tmp_path / "nowhere")
    assert "'clinicbox load-sample' makes a clinic to try" in empty_desk.refused("patients")
    assert not (tmp_path / "nowhere").exists()


def test_what_is_shown_can_be_edited_and_set_again(desk: Desk, file: Path) -> None:
    shown = desk("set-up", "show", "clinic").out
    file.write_text(shown.replace("horizon_days: 14", "horizon_days: 30"), encoding="utf-8")
    assert "version 2" in desk("set-up", "set", "clinic", str(file)).out
    assert yaml.safe_load(desk("set-up", "show").out)["clinic"]["horizon_days"] == 30
    assert [row.split()[-1] for row in desk("set-up", "versions").rows[1:]] == ["kept)", "clinic"]
    desk("set-up", "restore", "1")
    assert desk.documents.load("clinic") == sample.document()["clinic"]
    assert (desk.audit[0].what, desk.audit[0].detail) == ("set-up restore", "version 1, as version 3")
    assert desk.refused("set-up", "restore", "9") == "There is no version 9; kept are 1, 2, 3."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "name: {zh: 甲}\nzone: Asia/Shanghai\nhorizon_day: 3\n",
            "unknown key 'horizon_day'; did you mean 'horizon_days'?",
        ),
        ("name: {zh: 甲}\nzone: Mars\n", "Clinic: zone: no time zone 'Mars'"),
        ("name: {zh: 甲}\nzone: Asia/Shanghai\ncancel_until: 17:00\n", "must be a time in quotes"),
        ("- a\n- b\n", "holds no settings"),
        ("name: [", "can't be read as YAML"),
        ("[" * 5000, "can't be read as YAML"),
    ],
)
def test_a_wrong_clinic_document_is_refused_and_nothing_changed(desk: Desk, file: Path, text: str, why: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert why in desk.refused("set-up", "set", "clinic", str(file))
    assert desk.documents.versions() == [1]
    assert desk.audit == []


def test_a_file_that_is_missing_or_binary_is_named(desk: Desk, file: Path) -> None:
    assert desk.refused("set-up", "set", "clinic", str(file)) == f"{file}: No such file or directory."
    file.write_bytes(b"\xff\xfe\x00")
    assert "can't be read as YAML" in desk.refused("set-up", "set", "clinic", str(file))
    assert "too large" in desk.refused("set-up", "set", "clinic", "/dev/zero")


def test_lines_are_kept_with_their_sim_pin_out_of_sight(desk: Desk, file: Path) -> None:
    file.write_text(LINES, encoding="utf-8")
    said = desk("set-up", "set", "lines", str(file))
    assert said.rows[1:] == [f"Warning: /dev/tty{end} is not there now." for end in ("ACM9", "USB9")]
    assert "1234" not in desk("set-up", "show", "lines").out
    kept = desk.documents.load("lines") or {}
    assert [line["name"] for line in kept["lines"]] == ["L1", "L3"]
    file.write_text(desk("set-up", "show", "lines").out, encoding="utf-8")
    assert "pin is 4 to 8 digits" in desk.refused("set-up", "set", "lines", str(file))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- {name: L1, kind: fax, device: /dev/x}", "Line L1: kind is 'voice' or 'gsm', not 'fax'."),
        ("- {name: L1, kind: voice}", "Line L1: 'device' is missing."),
        ("- {name: L1, kind: voice, device: /dev/x, baud: 9}", "unknown key 'baud'"),
        ("- {name: L1, kind: voice, device: /dev/x, country: zz}", "country is one of cn, us, de, not 'zz'"),
        ("- {name: L1, kind: voice, device: /dev/x, country: [cn]}", "country is one of"),
        (
            "- {name: L1, kind: voice, device: /dev/x, caller_id: morse}",
            "L1: caller_id is one of fsk, dtmf, not 'morse'",
        ),
        ("- {name: L1, kind: gsm, device: /dev/x, pin: 1234}", "pin is 4 to 8 digits in quotes"),
        ("- {name: ../../x, kind: voice, device: /dev/x}", "a name is up to 20 Latin letters"),
        (
            "- {name: L1, kind: voice, device: /dev/x}\n- {name: L1, kind: voice, device: /dev/y}",
            "Two lines have the name L1.",
        ),
        (
            "- {name: L1, kind: voice, device: /dev/x}\n- {name: L2, kind: voice, device: /dev/x}",
            "Two lines have the device /dev/x.",
        ),
        ("- {name: L1, kind: voice, device: ttyACM0}", "device is a whole path"),
        ("- L1", "'L1' is no line"),
        ("L1: voice", "must hold a list of lines"),
        ("", "must hold a list of lines"),
    ],
)
def test_a_line_that_could_not_be_served_is_refused(desk: Desk, file: Path, text: str, why: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert why in desk.refused("set-up", "set", "lines", str(file))
    assert desk.documents.load("lines") is None


def test_a_damaged_set_up_file_is_said_and_not_overwritten(empty_desk: Desk) -> None:
    empty_desk.folders.setup.write_text("{oops", encoding="utf-8")
    assert "there is no good version of it" in empty_desk.refused("set-up", "show")
    assert empty_desk.folders.setup.read_text(encoding="utf-8") == "{oops"


def test_a_damaged_ledger_is_said_and_not_overwritten(desk: Desk) -> None:
    desk.folders.ledger.write_bytes(b"not a database" * 100)
    assert "is damaged" in desk.refused("bookings")
    assert desk.folders.ledger.read_bytes() == b"not a database" * 100


def test_a_new_clinic_begins_with_examples_that_work(empty_desk: Desk, tmp_path: Path) -> None:
    assert len(empty_desk("set-up", "init", str(tmp_path)).rows) == 5
    empty_desk("set-up", "set", "clinic", str(tmp_path / "clinic.yaml"))
    empty_desk("set-up", "set", "lines", str(tmp_path / "lines.yaml"))
    empty_desk("roster", "set", str(tmp_path / "roster.yaml"), "--yes")
    empty_desk("add-patient", "--zh", "张三", "--born", "1970-01-01", "--number", "13900000099")
    said = empty_desk("book", "张三", "--doctor", "王", "--day", "tue", "--time", "8:45")
    assert said.rows[1].startswith("Text to 13900000099: 【示例诊所】已约3月3日周二08:45内科王医生")


def test_the_examples_show_the_rules_as_they_are_without_them() -> None:
    document = yaml.safe_load((EXAMPLES / "clinic.yaml").read_text(encoding="utf-8"))
    bare = read_profile({key: document[key] for key in ("name", "zone", "sign", "address", "hours")})
    assert read_profile(document) == bare
    assert set(document) == {field.name for field in fields(bare)}


def test_examples_overwrite_nothing(empty_desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "lines.yaml").write_text("ours", encoding="utf-8")
    assert "there is lines.yaml already" in empty_desk.refused("set-up", "init", str(tmp_path))
    assert [each.name for each in tmp_path.glob("*.yaml")] == ["lines.yaml"]


def test_restoring_the_set_up_leaves_published_dialogues_alone(desk: Desk, file: Path) -> None:
    file.write_text((SHIPPED / "default.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    desk("flows", "publish", str(file))
    desk("set-up", "restore", "1")
    assert "default is now version 2" in desk("flows", "publish", str(file)).out
