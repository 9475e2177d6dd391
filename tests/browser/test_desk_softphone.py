"""The desk's telephone in a real browser: a patient's call from ring to the work after it, by what each side hears."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.storage.call_schema import call_events
from firmware.storage.desk_schema import queue_entries, talks
from tests.browser.desk import (
    AGENT_HZ,
    PATIENCE_MS,
    WANG_XIUYING,
    hears_agent,
    hears_agent_no_more,
    is_connected,
    speaks,
    voices_lately,
)  # fmt: skip
from tests.scenarios import people
from tests.scenarios.stage import Caller, Stage

SPEED = 1.0
LIU_QIANG = "13800000005"
COLLEAGUE_HZ = 1500.0
KEY_5_HZ = (770.0, 1336.0)  # ITU-T Q.23
KEY_SAMPLES = 400  # 50 ms, less than a key lasts
LOUD = 1e10

pytestmark = pytest.mark.timeout(300)


def test_a_patients_call_is_answered_held_reloaded_and_wrapped_up(
    stage: Stage, hire: Callable[..., Any], tmp_path: Path
) -> None:
    with hire() as desk:
        page, person = desk.page, desk.person
        title = page.title()
        caller = stage.ring("L1", WANG_XIUYING)
        caller.press("0")
        desk.is_in("ringing")
        page.locator("[data-part=offer]").get_by_text(WANG_XIUYING).wait_for()
        page.wait_for_function("title => document.title !== title", arg=title)  # it blinks
        person.button("desk.answer").click()
        desk.is_in("talking")
        assert page.title() == title
        hears_agent(stage, caller)
        desk.hears_nothing()
        speaks(caller, tmp_path)
        desk.hears()
        person.button("desk.hold").click()
        page.locator("[data-part=held]").wait_for()
        hears_agent_no_more(stage, caller)
        page.keyboard.press("F8")
        page.locator("[data-part=held]").wait_for(state="hidden")
        hears_agent(stage, caller)
        person.button("desk.mute").click()
        hears_agent_no_more(stage, caller)
        person.button("desk.mute").click()
        hears_agent(stage, caller)
        page.reload()
        desk.is_in("talking")
        desk.hears()
        hears_agent(stage, caller)
        assert not desk.seat()["talk"]["is_held"]
        page.keyboard.press("F4")
        desk.is_in("wrap-up")
        caller.is_released()
        person.button("desk.wrapped_up").click()
        desk.is_in("ready")
    (entry,) = stage.rows(queue_entries)
    assert (entry.state, entry.user_id) == ("answered", desk.user_id)
    assert [talk.ended_by for talk in stage.rows(talks)] == ["agent"]


def test_a_second_window_says_where_the_desk_is_and_can_take_the_call(
    stage: Stage, hire: Callable[..., Any], tmp_path: Path
) -> None:
    with hire("zh") as desk:
        person = desk.person
        caller = is_connected(stage, desk)
        second = person.open_window()
        second.goto("/desk")
        second.get_by_text(person.words("desk.elsewhere")).wait_for()
        desk.is_in("talking", second)
        hears_agent(stage, caller)
        second.get_by_role("button", name=person.words("desk.take_over")).click()
        desk.page.get_by_text(person.words("desk.elsewhere")).wait_for()
        speaks(caller, tmp_path)
        desk.page, first = second, desk.page
        desk.hears()
        hears_agent(stage, caller)
        second.close()  # the first window has it again: nobody else does
        desk.page = first
        first.get_by_text(person.words("desk.elsewhere")).wait_for(state="hidden", timeout=PATIENCE_MS)
        desk.hears()
        hears_agent(stage, caller)
        person.button("desk.hang_up").click()
        desk.is_in("wrap-up")
        caller.is_released()


def test_a_colleague_is_asked_first_and_gets_the_caller(stage: Stage, hire: Callable[..., Any]) -> None:
    with hire() as desk, people.Person(stage, "liu", "8002", COLLEAGUE_HZ) as liu:
        page, person = desk.page, desk.person
        caller = is_connected(stage, desk)
        liu.comes_to_work()
        page.keyboard.press("F10")
        page.locator("#transfer").get_by_label("Liu").check()
        person.button("desk.speak_first").click()
        liu.answers()
        page.locator("[data-part=consult]").get_by_text("Liu").wait_for()
        hears_agent_no_more(stage, caller)
        liu.hears(AGENT_HZ)
        person.button("desk.join").click()
        stage.eventually("all three", lambda: {AGENT_HZ, COLLEAGUE_HZ} <= voices_lately(caller))
        page.locator("[data-part=parties]").get_by_text("Liu").wait_for()
        page.keyboard.press("F4")
        desk.is_in("wrap-up")
        stage.eventually("Liu alone", lambda: voices_lately(caller) == {COLLEAGUE_HZ})
        caller.hang_up()
        liu.is_in("wrap-up")
        liu.ask("sign_out")


def test_a_number_is_called_and_both_hear_each_other(stage: Stage, hire: Callable[..., Any], tmp_path: Path) -> None:
    with hire("zh", "phone") as desk:
        person = desk.person
        person.field("desk.dial_number").fill(LIU_QIANG)
        person.button("desk.call").click()
        desk.is_in("talking")
        phone = stage.network.phone(LIU_QIANG)
        stage.eventually("the telephone rings", lambda: phone.wait_for_ring() is not None)
        called = Caller(stage, phone.answer())
        hears_agent(stage, called)
        desk.page.keyboard.press("5")
        stage.eventually("they hear the key", lambda: heard_key(called, *KEY_5_HZ))
        assert desk.page.locator("[data-part=digits]").text_content() == "5"
        speaks(called, tmp_path)
        desk.hears()
        called.hang_up()
        desk.is_in("wrap-up")


def test_the_page_goes_on_after_the_exchange_has_started_afresh(stage: Stage, hire: Callable[..., Any]) -> None:
    with hire() as desk:
        person = desk.person
        for part in ("/desk/", "/live", "ERR_"):
            person.excuse(part)  # the story is about it
        stage.kill_box()
        person.reads(person.words("desk.told.away"), "#desk")
        stage.restart_box()
        desk.page.locator("[data-part=away]").wait_for(state="hidden", timeout=PATIENCE_MS)
        stage.eventually("the page has sound again", lambda: desk.seat()["has_sound"])
        caller = is_connected(stage, desk)
        caller.hang_up()
        desk.is_in("wrap-up")


def test_what_rings_at_a_colleague_is_picked_up_and_sent_back_to_the_menu(
    stage: Stage, hire: Callable[..., Any]
) -> None:
    with hire("zh") as desk, people.Person(stage, "sun", "8003", COLLEAGUE_HZ) as sun:
        page, person = desk.page, desk.person
        page.locator("[data-part=not-ready] summary").click()
        person.button("desk.reason.paperwork").click()
        desk.is_in("not-ready")
        sun.comes_to_work()
        caller = stage.ring("L1", WANG_XIUYING)
        caller.press("0")
        sun.is_rung()
        person.button("desk.pick_up").click()
        desk.is_in("talking")
        hears_agent(stage, caller)
        sun.is_in("ready")
        page.get_by_text(person.words("desk.to_flow"), exact=True).click()
        person.button("desk.to_flow_main").click()
        stage.eventually("the main menu once more", lambda: places(stage)[-1] == "front.main")
        desk.is_in("wrap-up")
        caller.hang_up()
        sun.ask("sign_out")


def test_what_the_desk_refuses_is_said_in_words(stage: Stage, hire: Callable[..., Any]) -> None:
    with hire(outside_class="none") as desk:
        page, person = desk.page, desk.person
        person.excuse("/desk/dial")  # the browser notes every refusal
        person.field("desk.dial_number").fill("13900000077")
        person.button("desk.call").click()
        person.reads(person.words("desk.refused.NotInClass"))
        person.field("desk.dial_number").fill("8099")
        person.button("desk.call").click()
        assert desk.state() == "ready"
        page.keyboard.press("F7")
        page.get_by_role("button", name=person.words("desk.reason.meal"), exact=True).click()
        desk.is_in("not-ready")
        page.reload()
        desk.is_in("not-ready")
        assert page.locator("[data-part=state]").inner_text() == person.words("desk.reason.meal")
        person.button("desk.ready").click()
        desk.is_in("ready")


def places(stage: Stage) -> list[str]:
    """Where in the menus callers were."""
    return [row.detail for row in stage.rows(call_events) if row.kind == "node"]


def heard_key(caller: Caller, *hertz: float) -> bool:
    """Whether somewhere in the call both tones of a key are louder than all the rest together."""
    sound = caller.call.heard()
    pieces = sound[: len(sound) // KEY_SAMPLES * KEY_SAMPLES].reshape(-1, KEY_SAMPLES) * np.hanning(KEY_SAMPLES)
    energy = np.abs(np.fft.rfft(pieces)) ** 2
    bins = [round(each * KEY_SAMPLES / SAMPLE_RATE_HZ) + near for each in hertz for near in (-1, 0, 1)]
    tones = energy[:, bins].sum(axis=1)
    is_loud = tones > LOUD
    return bool(np.any(is_loud & (tones > 0.8 * energy.sum(axis=1))))
