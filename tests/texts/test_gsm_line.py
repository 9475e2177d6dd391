"""The driver on a virtual module: texts come and go, and nothing that happens on the wire loses one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.modem.line import LineState
from tests.texts.rig import BOX_NUMBER, PATIENT, Box, Rig, running_box, running_rig, wait_until

LONG_CHINESE = "您好，我想预约内科王医生的专家号，最好是星期二上午，谢谢。😀" * 6
LONG_ENGLISH = "I would like to see Doctor Wang on Tuesday morning, thank you. " * 6


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with running_rig(tmp_path) as rig:
        yield rig


@pytest.fixture
def box(tmp_path: Path, rig: Rig) -> Iterator[Box]:
    with running_box(tmp_path, rig) as box:
        wait_until(lambda: box.line.can_send)
        yield box


def test_the_line_knows_its_network_and_signal(box: Box) -> None:
    status = box.line.status()
    assert (status.state, status.signal_dbm, status.operator_registered) == (LineState.IDLE, -73, True)


@pytest.mark.parametrize("body", ["挂号", "book", LONG_CHINESE, LONG_ENGLISH, "😀" * 40])
def test_a_text_comes_in_and_leaves_the_sim_card(box: Box, rig: Rig, body: str) -> None:
    with rig.lock:
        rig.switch.deliver(PATIENT, BOX_NUMBER, body)
    wait_until(box.texts)
    assert [(text.number, text.body, text.line) for text in box.texts()] == [(PATIENT, body, "L3")]
    wait_until(lambda: not rig.module.texts.storages["SM"].texts)
    assert box.told_of_texts.wait(2)


@pytest.mark.parametrize(
    "body", ["已约3月3日周二08:30内科王医生", "See you on Tue 3 Mar, 08:30", LONG_CHINESE, LONG_ENGLISH]
)
def test_a_text_goes_out_whole(box: Box, rig: Rig, body: str) -> None:
    parts = box.line.send_text(PATIENT, body)
    wait_until(lambda: rig.switch.received(PATIENT))
    shown = rig.switch.received(PATIENT)
    assert [(text.sender, text.body, text.parts) for text in shown] == [(BOX_NUMBER, body, len(parts))]
    assert [part.sequence for part in parts] == list(range(1, len(parts) + 1))
