"""A SIM card's PIN is tried once, ever: a box with a wrong PIN must not lock the card."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.modem.line import LineState
from firmware.modem.virtual.gsm_module.sim_card import Sim
from tests.texts.rig import running_box, running_rig, wait_until


def test_the_right_pin_unlocks_the_card_at_every_start(tmp_path: Path) -> None:
    with running_rig(tmp_path, Sim(pin="1234")) as rig:
        for _ in range(2):
            with running_box(tmp_path, rig, pin="1234") as box:
                wait_until(lambda box=box: box.line.can_send)
            with rig.lock:
                rig.module.restart()
        assert rig.module.sim.pin_tries == 3


def test_a_wrong_pin_costs_one_try_however_often_the_box_restarts(tmp_path: Path) -> None:
    with running_rig(tmp_path, Sim(pin="1234")) as rig:
        for _ in range(3):
            with running_box(tmp_path, rig, pin="9999") as box:
                wait_until(lambda box=box: box.line.status().state is LineState.FAULT)
                rig.clock.sleep(10)
                assert "not be tried again" in box.line.status().detail
        assert rig.module.sim.pin_tries == 2


def test_a_corrected_pin_is_tried(tmp_path: Path) -> None:
    with running_rig(tmp_path, Sim(pin="1234")) as rig:
        with running_box(tmp_path, rig, pin="9999") as box:
            wait_until(lambda: box.line.status().state is LineState.FAULT)
        with running_box(tmp_path, rig, pin="1234") as box:
            wait_until(lambda: box.line.can_send)


@pytest.mark.parametrize(
    ("sim", "pin", "says"),
    [
        (Sim(pin="1234"), None, "wants a PIN"),
        (Sim(pin="1234", pin_tries=1), "1234", "1 more try"),
        (Sim(pin="1234", pin_tries=0), "1234", "SIM PUK"),
        (Sim(pin="1234"), '1"\rAT', "4 to 8 digits"),
    ],
)
def test_a_card_that_needs_a_person_says_so_and_nothing_is_tried(
    tmp_path: Path, sim: Sim, pin: str | None, says: str
) -> None:
    tries = sim.pin_tries
    with running_rig(tmp_path, sim) as rig, running_box(tmp_path, rig, pin=pin) as box:
        wait_until(lambda: says in box.line.status().detail)
        rig.clock.sleep(5)
        assert (sim.pin_tries, sim.puk_tries) == (tries, 10)


def test_what_cannot_be_remembered_is_not_tried(tmp_path: Path) -> None:
    with running_rig(tmp_path, Sim(pin="1234")) as rig:
        (tmp_path / "pin").symlink_to(tmp_path / "gone" / "pin")
        with running_box(tmp_path, rig, pin="1234") as box:
            wait_until(lambda: "is not tried" in box.line.status().detail)
        assert rig.module.sim.pin_tries == 3
