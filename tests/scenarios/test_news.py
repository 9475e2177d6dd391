"""What a page hears of a box at work, as it happens; and what the clinic changes is taken up at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from firmware.control.channel import ControlClient
from firmware.storage.call_schema import call_events
from firmware.storage.documents import SetupDocuments
from tests.scenarios.stage import Stage

WANG_XIUYING = "13800000001"


@contextmanager
def listening(stage: Stage) -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []
    client = ControlClient(stage.rig.folders.control_socket)
    stream = client.events()
    listener = threading.Thread(target=lambda: [heard.append(event) for event in stream], daemon=True)
    listener.start()
    yield heard
    client.close()
    listener.join(5)


def test_a_page_sees_a_call_and_its_text_as_they_happen(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage(speed=8.0)  # lines are looked at four times in a real second
    with listening(stage) as heard:
        caller = stage.ring("L1", WANG_XIUYING)
        stage.eventually("the menu", lambda: [each for each in heard if each.get("node") == "front.main"])
        caller.press("11948" + "21211", gap_s=0.15)
        stage.eventually("the booking", stage.booked)
        stage.texts_to(WANG_XIUYING)
        caller.hang_up()
        stage.eventually("the end", lambda: [each for each in heard if each.get("kind") == "ended"])
        stage.eventually("the line is free", lambda: states(heard)[-1:] == ["idle"])
    changes = [state for state, _ in groupby(states(heard))]
    assert changes[-3:] == ["ringing", "busy", "idle"]
    assert {each["caller"] for each in heard if each["event"] == "line" and each["node"]} == {WANG_XIUYING}
    call = [each for each in heard if each["event"] == "call"]
    assert call[0]["kind"] == "began"
    assert [each["detail"] for each in call if each["kind"] == "key"][:2] == ["1", "4 digits"]
    noted = [(row.kind, row.detail) for row in stage.rows(call_events)]
    assert [(each["kind"], each["detail"][:200]) for each in call[1:-1]] == noted
    assert [each for each in heard if each["event"] == "texts"]


def states(heard: list[dict[str, Any]]) -> list[str]:
    return [each["state"] for each in heard if each["event"] == "line" and each["name"] == "L1"]


def test_a_clinic_that_is_renamed_is_called_so_by_the_next_caller(open_stage: Callable[..., Stage]) -> None:
    stage = open_stage()
    documents = SetupDocuments(stage.rig.folders.setup)
    clinic = documents.load("clinic") or {}
    documents.save("clinic", {**clinic, "name": {"zh": "新湖诊所", "en": "New Lake Clinic"}})
    stage.ring("L1", WANG_XIUYING).hang_up()
    said = [row.detail for row in stage.rows(call_events) if row.kind == "said"]
    assert "这里是新湖诊所" in said[0]

    documents.save("clinic", {**clinic, "hold_s": "for ever"})
    stage.ring("L2", WANG_XIUYING).hang_up()  # is answered all the same
    client = ControlClient(stage.rig.folders.control_socket)
    assert "hold_s" in " ".join(client.ask("status")["notices"])
    client.close()
