"""A box in the demo stays up as one under `clinicbox run` does, and says so when it had to be started again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from firmware.cli.rig import RigError
from tests.scenarios.stage import Stage


def test_an_exchange_that_is_killed_is_started_again(open_stage: Callable[..., Stage]) -> None:
    told: list[str] = []
    stage = open_stage(tell=told.append)
    before = stage.rig.box_pid
    os.kill(before, signal.SIGKILL)
    stage.eventually("another exchange", lambda: stage.rig.box_pid != before)
    assert told[-1] == "the exchange process was killed by signal 9; starting it again"
    stage.rig.check()

    stage.kill_box()  # on purpose: then nobody but the test starts it
    stage.restart_box()
    assert len([line for line in told if "starting it again" in line]) == 1


def test_a_rig_without_its_network_says_which_part_ended(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    network = stage.rig._children["network"].process
    network.kill()
    network.wait()
    with pytest.raises(RigError, match="the network process was killed by signal 9"):
        stage.rig.check()
