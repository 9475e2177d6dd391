"""kill -9 of the web process in the middle of an agent's talk: the caller hears music, not silence, and is not lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.clinic.desk_settings import DeskSettings, save_desk
from firmware.control.channel import ControlClient
from firmware.ivr.catalogue import prompts
from firmware.storage.call_schema import call_events, recording_marks, recordings
from firmware.storage.desk_schema import queue_entries, talks
from firmware.storage.documents import SetupDocuments
from tests.browser.conftest import wait_for_pages
from tests.browser.desk import (
    AGENT_HZ,
    PATIENCE_MS,
    PATIENT_HZ,
    WANG_XIUYING,
    AtTheDesk,
    hears_agent,
    hears_agent_no_more,
    is_connected,
)
from tests.scenarios import people
from tests.scenarios.people import hears, voices_in
from tests.scenarios.stage import A_WORD, Caller, Stage

SPEED = 1.0
CHEN_MIN, LANDLINE = "13800000002", "02161230009"
COLLEAGUE_HZ = 1500.0
WRAP_UP_S = 300
LONG_S, SHORT_S = 120, 5  # parked: longer and shorter than the web process is away
ALIKE = 0.6  # another sound is below 0.1
SPEAKS_S = 180.0  # longer than a busy machine takes for all of it
QUIET_S = 3.0  # between words of a prompt, and until the box has found out
PACKING_S = 300.0

pytestmark = pytest.mark.timeout(300)


def waits_for_pages(stage: Stage, parked_s: int) -> None:
    """For so long; and nobody's work after a talk ends by itself."""
    usual = DeskSettings()
    queues = tuple(replace(queue, wrap_up_s=WRAP_UP_S) for queue in usual.queues)
    save_desk(SetupDocuments(stage.rig.folders.setup), replace(usual, queues=queues, parked_s=parked_s))


def dies(stage: Stage, desk: AtTheDesk) -> None:
    for part in ("/desk", "/live", "ERR_", "WebSocket", "htmx:"):
        desk.person.excuse(part)
    stage.rig.kill_web()


def comes_back(stage: Stage, port: int) -> None:
    stage.rig.start_web(port)
    wait_for_pages(port)


def waits_too(stage: Stage) -> tuple[Caller, int]:
    """One more caller, and their place in the ledger."""
    caller = stage.ring("L2", CHEN_MIN)
    caller.press("0")
    stage.eventually("they wait", lambda: stage.rows(queue_entries, number=CHEN_MIN, state="waiting"))
    return caller, int(stage.rows(queue_entries, number=CHEN_MIN)[-1].id)


def seat_of(stage: Stage, user_id: int) -> dict[str, Any]:
    """As the exchange tells it: no page can be asked."""
    client = ControlClient(stage.rig.folders.control_socket)
    seat: dict[str, Any] = client.ask("seat", user=user_id)["seat"]
    client.close()
    return seat


def hears_prompt(stage: Stage, caller: Caller, key: str, since: int) -> None:
    """The prompt's own sound is in what was heard; no pause divides it from the agent's last word."""
    stage.eventually(
        f"the caller hears {key}", lambda: likeness(caller.call.heard()[since:], clip_of(stage, key)) > ALIKE
    )


def clip_of(stage: Stage, key: str) -> Sound:
    text = next(each.text for each in prompts().literals("zh") if each.key == key)
    entries = map(json.loads, (stage.rig.folders.clips / "index.jsonl").read_text().splitlines())
    file = next(each["file"] for each in entries if (each["language"], each["text"]) == ("zh", text))
    return np.asarray(soundfile.read(stage.rig.folders.clips / file, dtype="int16")[0])


def likeness(sound: Sound, clip: Sound) -> float:
    """How much alike the clip and the place most like it are, at best 1."""
    places = len(sound) - len(clip)
    if places <= 0:
        return 0.0
    size = 1 << len(sound).bit_length()
    here, there = (np.fft.rfft(each.astype(float), size) for each in (sound, clip))
    alike = np.fft.irfft(here * np.conj(there), size)[:places]
    power = np.cumsum(sound.astype(float) ** 2)
    return float(np.max(alike / np.sqrt((power[len(clip) :] - power[:places] + 1) * np.sum(clip.astype(float) ** 2))))


def longest_quiet_s(sound: Sound) -> float:
    frames = np.abs(sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)).max(axis=1)
    loud = np.flatnonzero(np.concatenate(([True], frames > A_WORD, [True])))
    return float(np.diff(loud).max() - 1) * FRAME_SAMPLES / SAMPLE_RATE_HZ


def test_the_same_talk_goes_on_when_the_pages_are_back(
    stage: Stage, hire: Callable[..., Any], port: int, tmp_path: Path
) -> None:
    waits_for_pages(stage, LONG_S)
    with hire() as desk:
        caller = is_connected(stage, desk)
        talk = seat_of(stage, desk.user_id)["talk"]["call"]
        people.speaks(caller, tmp_path, PATIENT_HZ, SPEAKS_S)
        desk.hears()
        second, place = waits_too(stage)
        died_at = len(caller.call.heard())
        dies(stage, desk)
        hears_prompt(stage, caller, "desk.one_moment", died_at)
        hears_agent_no_more(stage, caller)
        assert seat_of(stage, desk.user_id)["talk"]["is_parked"]
        desk.person.reads(desk.person.words("desk.told.away"), "#desk")
        comes_back(stage, port)
        hears_agent(stage, caller)  # nobody has touched the page
        desk.hears()
        assert longest_quiet_s(caller.call.heard()[died_at:]) < QUIET_S
        assert seat_of(stage, desk.user_id)["talk"]["call"] == talk
        assert [entry.state for entry in stage.rows(queue_entries, id=place)] == ["waiting"]
        desk.page.locator("[data-part=away]").wait_for(state="hidden", timeout=PATIENCE_MS)
        desk.page.keyboard.press("F4")
        caller.is_released()
        desk.person.button("desk.wrapped_up").click()
        desk.answers()
        hears_agent(stage, second)
        second.hang_up()
        desk.is_in("wrap-up")
    assert [row.ended_by for row in stage.rows(talks)][-2:] == ["agent", "caller"]
    journal = [row.detail for row in stage.rows(call_events, call_id=talk, kind="desk")]
    assert journal[-2:] == ["parked", "resumed"]
    both_parts_are_recorded(stage, talk)


def both_parts_are_recorded(stage: Stage, call_id: str) -> None:
    """Before and after, what each of them said."""
    stage.eventually(
        "the recording is packed", lambda: stage.rows(recordings, call_id=call_id)[0].state == "archived", PACKING_S
    )
    (row,) = stage.rows(recordings, call_id=call_id)
    sound, rate = soundfile.read(stage.rig.folders.recordings / row.file, dtype="int16", always_2d=True)
    assert rate == SAMPLE_RATE_HZ
    at_s = {mark.kind: mark.at_s for mark in stage.rows(recording_marks, call_id=call_id)}
    before, after = slice(0, at_s["parked"] * rate), slice((at_s["resumed"] + 1) * rate, None)
    for part in (before, after):
        assert PATIENT_HZ in voices_anywhere(sound[part, 0])
        assert AGENT_HZ in voices_anywhere(sound[part, 1])


def voices_anywhere(sound: Sound) -> set[float]:
    half = SAMPLE_RATE_HZ // 2
    return set().union(*(voices_in(sound[at : at + half]) for at in range(0, len(sound) - half, half)))


def test_pages_that_stay_away_give_the_caller_to_the_next_before_all_others(
    stage: Stage, hire: Callable[..., Any], port: int
) -> None:
    waits_for_pages(stage, SHORT_S)
    with people.Person(stage, "liu", "8002", COLLEAGUE_HZ) as liu:
        liu.comes_to_work()
        people.is_connected(stage, liu, LANDLINE, "L2").hang_up()
        liu.is_in("wrap-up")
        with hire() as desk:
            caller = is_connected(stage, desk)
            second, place = waits_too(stage)
            died_at = len(caller.call.heard())
            dies(stage, desk)
            hears_prompt(stage, caller, "desk.one_moment", died_at)
            hears_prompt(stage, caller, "desk.lost", died_at)
            assert seat_of(stage, desk.user_id)["talk"] is None
            liu.ask("wrapped_up")
            assert liu.is_rung()["number"] == WANG_XIUYING, "who was cut off comes first"
            liu.ask("answer")
            hears(stage, caller, COLLEAGUE_HZ)
            comes_back(stage, port)
            desk.page.locator("[data-part=away]").wait_for(state="hidden", timeout=PATIENCE_MS)
            stage.eventually("the page has sound again", lambda: seat_of(stage, desk.user_id)["has_sound"])
            desk.person.button("desk.wrapped_up").click()
            desk.answers()
            hears_agent(stage, second)
            assert [entry.user_id for entry in stage.rows(queue_entries, id=place)] == [desk.user_id]
            for each in (caller, second):
                each.hang_up()
            desk.is_in("wrap-up")
        liu.is_in("wrap-up")
        liu.ask("sign_out")
    assert [row.ended_by for row in stage.rows(talks)][-3:] == ["lost", "caller", "caller"]
