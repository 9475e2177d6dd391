"""Callers who wait in vain: whoever nobody answered is somebody to call back."""

import pytest

from firmware.acd.waiting import MESSAGE
from firmware.storage import calls
from tests.acd.desk import Handed, Room
from tests.acd.lines import FarEnd

PATIENT = "13800000002"


@pytest.fixture
def port(desk: Room) -> FarEnd:
    return FarEnd(desk.clock)


def waits(desk: Room, port: FarEnd) -> str | None:
    """How the wait of a caller ends for whom nobody is free."""
    desk.comes_to_work("8001")
    call_id = calls.new_id(desk.clock.now())
    with desk.ledger.transaction() as tx:
        calls.begin(tx, desk.clock.now(), call_id, "L1", PATIENT, is_withheld=False)
    return desk.desk.serve(Handed(call_id, PATIENT, port=port))


def test_who_hangs_up_was_missed(desk: Room, port: FarEnd) -> None:
    port.does = [(20.0, "hang")]
    assert waits(desk, port) is None
    assert len(desk.clinic.missed) == 1


def test_who_would_rather_leave_a_message_was_missed_until_they_have(desk: Room, port: FarEnd) -> None:
    port.does = [(20.0, "2")]
    assert waits(desk, port) == MESSAGE
    assert len(desk.clinic.missed) == 1


def test_who_goes_back_to_the_menu_was_not(desk: Room, port: FarEnd) -> None:
    port.does = [(20.0, "*")]
    assert waits(desk, port) == "back"
    assert not desk.clinic.missed
