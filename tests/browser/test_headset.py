"""Whoever sits at the box has its headset, and a page that asks for no microphone and has every button all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from firmware.audio.port import SAMPLE_RATE_HZ
from tests.browser.conftest import Staff, wait_for_pages
from tests.browser.desk import AGENT_HZ, PATIENCE_MS, WANG_XIUYING, AtTheDesk
from tests.browser.people import axe_findings
from tests.pulse import Headsets, Wearer
from tests.scenarios.conftest import CLIPS
from tests.scenarios.people import WINDOW_S, voices_in
from tests.scenarios.stage import LISTENING, Caller, Stage

FRONT = "headset_front"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def headsets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headsets]:
    server = Headsets(tmp_path_factory.mktemp("pulse"), FRONT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALSA_CONFIG_PATH", str(server.configuration))
        server.plug_in()
        yield server
        server.pull_out()


@pytest.fixture(scope="module")
def stage(headsets: Headsets, tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("box"), "default", CLIPS, LISTENING, web_port=port) as opened:
        wait_for_pages(port)
        yield opened


def test_a_page_without_a_microphone_takes_a_call_with_the_headset_at_the_box(
    stage: Stage, staff: Staff, headsets: Headsets
) -> None:
    person = staff("desk", "en")
    page = person.page
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => { throw new Error('a microphone was asked for') }"
    )
    desk = AtTheDesk(person, "8001")
    page.get_by_label("headset front").check()
    assert axe_findings(page) == []
    person.button("desk.sign_in").click()
    desk.is_in("not-ready")
    stage.eventually("the headset has sound", lambda: desk.seat()["has_sound"])
    person.button("desk.ready").click()
    desk.is_in("ready")
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    desk.is_in("ringing")
    stage.clock.set_speed(1.0)  # a sound card knows no other time
    worn = Wearer(FRONT, AGENT_HZ)
    page.keyboard.press("F2")
    desk.is_in("talking")
    hears(stage, caller, AGENT_HZ)
    person.button("desk.mute").click()
    page.locator("[data-does=mute][aria-pressed=true]").wait_for()
    hears(stage, caller)
    page.keyboard.press("F9")
    hears(stage, caller, AGENT_HZ)
    headsets.pull_out()
    worn.takes_it_off()
    page.get_by_text(person.words("desk.no_headset")).wait_for(timeout=PATIENCE_MS)
    page.locator("[data-part=parked]").wait_for()
    headsets.plug_in()
    worn = Wearer(FRONT, AGENT_HZ)
    page.get_by_text(person.words("desk.no_headset")).wait_for(state="hidden", timeout=PATIENCE_MS)
    hears(stage, caller, AGENT_HZ)
    desk.goes_home()
    worn.takes_it_off()


def hears(stage: Stage, caller: Caller, *hertz: float) -> None:
    last = round(WINDOW_S * SAMPLE_RATE_HZ)
    stage.eventually(f"the caller hears {hertz}", lambda: voices_in(caller.call.heard()[-last:]) == set(hertz))
