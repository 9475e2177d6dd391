"""What the box proposes of the devices that are plugged in."""

from __future__ import annotations

from webui.forms import Form
from webui.line_forms import read_lines, rows

MODULE = "/dev/serial/by-id/usb-SimTech_SIM7600-if{}-port0"
MODEM = {"path": "/dev/serial/by-id/usb-USR5637-if00", "description": "USR5637", "kind": "voice"}


def interfaces(*numbers: str) -> list[dict[str, str]]:
    return [{"path": MODULE.format(number), "description": "SIM7600", "kind": "gsm"} for number in numbers]


def test_a_module_with_many_ports_is_proposed_once_by_the_one_for_commands() -> None:
    found = rows(interfaces("00", "01", "02", "03"), None)
    assert [row.device for row in found if row.is_used] == [MODULE.format("02")]


def test_a_device_that_nobody_knows_is_shown_and_not_proposed() -> None:
    (row,) = rows([{"path": "/dev/ttyUSB0", "description": "CP2102", "kind": ""}], None)
    assert not row.is_used


def test_each_device_gets_a_name_of_its_own() -> None:
    line = {"name": "L1", "kind": "voice", "device": "/dev/gone"}
    names = [row.name for row in rows([MODEM, *interfaces("02")], {"lines": [line]})]
    assert names == ["L1", "L2", "L3"]


def test_a_box_that_has_its_lines_is_offered_no_other() -> None:
    line = {"name": "front", "kind": "gsm", "device": MODULE.format("02"), "pin": "1234"}
    known, other = rows([MODEM, *interfaces("02")], {"lines": [line]})
    assert (known.name, known.is_there, known.is_used, known.has_pin) == ("front", True, True, True)
    assert (other.device, other.is_used) == (MODEM["path"], False)


def test_a_line_whose_device_is_unplugged_stays_and_is_told() -> None:
    (row,) = rows([], {"lines": [{"name": "L1", "kind": "voice", "device": "/dev/gone", "country": "de"}]})
    assert (row.is_used, row.is_there, row.country) == (True, False, "de")


def test_the_number_of_a_line_is_kept_as_it_is_dialled() -> None:
    (row,) = rows(
        [MODEM], {"lines": [{"name": "L1", "kind": "voice", "device": MODEM["path"], "number": "02161230001"}]}
    )
    assert row.number == "02161230001"
    sent = {"use": "1", "device": MODEM["path"], "name": "L1", "kind": "voice", "country": "cn", "caller_id": "fsk"}

    def read(number: str) -> tuple[Form, list[dict[str, str]]]:
        form = Form({f"line-1-{key}": value for key, value in (sent | {"number": number}).items()})
        return form, read_lines(form, [row], None)["lines"]

    assert read("021-6123 0002")[1][0]["number"] == "02161230002"
    assert "number" not in read("")[1][0]
    assert read("reception")[0].errors == {"line-1-number": "form.phone"}
