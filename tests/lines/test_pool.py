"""The lines as a group: the box's own calls leave some for callers."""

from __future__ import annotations

import pytest

from firmware.modem.errors import AllLinesBusy, LineInUse, NumberInvalid
from firmware.modem.line import LineState, LineStatus
from firmware.modem.numbering import digits_to_dial
from firmware.modem.pool import TrunkGroup
from firmware.modem.voice.dialled_call import DialledCall, Reservation

NUMBER = "13800000001"


class PaperLine:
    """A line without a device: idle, or in a call."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._reservation = Reservation(name)
        self._reservation.open()

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def status(self) -> LineStatus:
        return LineStatus(self.name, "voice", LineState.IDLE)

    @property
    def can_dial(self) -> bool:
        return self._reservation.is_free

    def dial(self, number: str) -> DialledCall:
        return self._reservation.reserve(digits_to_dial(number, "cn"))

    def takes_a_caller(self) -> None:
        self._reservation.close(LineInUse("a caller was faster"))


class Snatched(PaperLine):
    """A line that a caller takes in the very moment it is asked for."""

    def dial(self, number: str) -> DialledCall:
        self.takes_a_caller()
        return super().dial(number)


def lines(count: int) -> list[PaperLine]:
    return [PaperLine(f"L{number}") for number in range(1, count + 1)]


@pytest.mark.parametrize(("count", "leave_free", "used"), [(3, 1, 2), (1, 1, 0), (1, 0, 1), (4, 2, 2), (0, 0, 0)])
def test_so_many_lines_stay_free_for_callers(count: int, leave_free: int, used: int) -> None:
    group = TrunkGroup(lines(count), lambda: leave_free)
    calls = [group.seize(NUMBER) for _ in range(used)]
    assert len({call.line_name for call in calls}) == used
    with pytest.raises(AllLinesBusy):
        group.seize(NUMBER)


def test_nothing_is_dialled_on_the_only_line_that_callers_left_free() -> None:
    first, second, third = lines(3)
    group = TrunkGroup([first, second, third], lambda: 1)
    first.takes_a_caller()
    second.takes_a_caller()
    with pytest.raises(AllLinesBusy):
        group.seize(NUMBER)


def test_a_call_that_was_given_up_gives_its_line_back() -> None:
    group = TrunkGroup(lines(2), lambda: 1)
    group.seize(NUMBER).hang_up()
    assert group.seize(NUMBER).line_name == "L2"


def test_a_line_that_a_caller_snatched_is_counted_as_taken() -> None:
    two = TrunkGroup([PaperLine("L1"), Snatched("L2")], lambda: 1)
    with pytest.raises(AllLinesBusy):
        two.seize(NUMBER)
    three = TrunkGroup([*lines(2), Snatched("L3")], lambda: 1)
    assert three.seize(NUMBER).line_name == "L2"


def test_what_is_no_number_is_told_apart_from_no_line() -> None:
    with pytest.raises(NumberInvalid):
        TrunkGroup(lines(2), lambda: 1).seize("110;ATH")


@pytest.mark.parametrize(
    ("written", "country", "dialled"),
    [
        ("+86 138 0000 0001", "cn", "13800000001"),
        ("０２１－６１２３０００１", "cn", "02161230001"),
        ("0086 21 6123 0001", "cn", "02161230001"),
        ("120", "cn", "120"),
        ("+1 415 555 0100", "cn", "0014155550100"),
        ("+1 415 555 0100", "us", "14155550100"),
        ("+49 30 123456", "us", "0114930123456"),
        ("+49 30 123456", "de", "030123456"),
    ],
)
def test_a_number_is_dialled_as_people_of_the_country_do(written: str, country: str, dialled: str) -> None:
    assert digits_to_dial(written, country) == dialled
