"""An agent who uses the desk's page, with a voice, and a patient on the telephone whom they hear."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.staff import agents, users
from firmware.staff.agents import Card
from tests.browser.people import Person
from tests.scenarios import people
from tests.scenarios.people import voices_in
from tests.scenarios.stage import Caller, Stage

WANG_XIUYING = "13800000001"
PATIENT_HZ, AGENT_HZ = 600.0, 1000.0
LISTENED_S = 2.0  # longer than a pause of whoever speaks
AUDIBLE = 20  # of 100 on the page's meter
PATIENCE_MS = 40_000


class AtTheDesk:
    """An agent who uses the page."""

    def __init__(self, person: Person, extension: str, **card: Any) -> None:
        self.person, self.page, self.stage = person, person.page, person.stage
        with self.stage.ledger.transaction() as tx:
            user = users.by_login(tx, "desk")
            assert user is not None
            agents.make(tx, user.id, Card(extension=extension, skills={"reception": 1}, **card))
        self.user_id = user.id
        person.goes_to("/desk")

    def comes_to_work(self) -> None:
        """Speaks, is heard, signs in, is ready."""
        if self.state() == "offline":
            self.person.button("desk.test").click()
            self.page.get_by_text(self.person.words("desk.test_heard")).wait_for(timeout=PATIENCE_MS)
            self.person.button("desk.sign_in").click()
            self.is_in("not-ready")
        if self.state() != "ready":
            self.person.button("desk.ready").click()
        self.is_in("ready")
        self.stage.eventually("the page has sound", lambda: self.seat()["has_sound"])

    def state(self) -> str:
        self.page.wait_for_selector("#desk:not([data-state=''])")
        return str(self.page.locator("#desk").get_attribute("data-state"))

    def is_in(self, state: str, page: Page | None = None) -> None:
        (page or self.page).wait_for_selector(f"#desk[data-state={state}]", timeout=PATIENCE_MS)

    def seat(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate("fetch('/desk/state').then((reply) => reply.json())")["seat"]
        return found

    def hears(self) -> None:
        """Sound from the call is played."""
        self.page.wait_for_function(
            "least => document.querySelector('[data-part=heard]').value >= least", arg=AUDIBLE, timeout=PATIENCE_MS
        )

    def hears_nothing(self) -> None:
        self.page.wait_for_function(
            "most => document.querySelector('[data-part=heard]').value < most", arg=AUDIBLE, timeout=PATIENCE_MS
        )

    def answers(self) -> None:
        self.is_in("ringing")
        self.page.keyboard.press("F2")
        self.is_in("talking")

    def goes_home(self) -> None:
        if self.state() == "talking":
            self.page.keyboard.press("F4")
        if self.state() == "wrap-up":
            self.person.button("desk.wrapped_up").click()
        self.person.button("desk.sign_out").click()
        self.is_in("offline")


def is_connected(stage: Stage, desk: AtTheDesk) -> Caller:
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    desk.answers()
    hears_agent(stage, caller)
    return caller


def voices_lately(caller: Caller) -> set[float]:
    return voices_in(caller.call.heard()[-round(LISTENED_S * SAMPLE_RATE_HZ) :])


def hears_agent(stage: Stage, caller: Caller) -> None:
    stage.eventually("the caller hears the agent", lambda: AGENT_HZ in voices_lately(caller))


def hears_agent_no_more(stage: Stage, caller: Caller) -> None:
    stage.eventually("the caller hears no agent", lambda: AGENT_HZ not in voices_lately(caller))


def speaks(caller: Caller, folder: Path) -> None:
    """The patient speaks on and on (a tone of a minute)."""
    people.speaks(caller, folder, PATIENT_HZ)


def spoken(file: Path) -> Path:
    """Words of half a second with pauses between them: what never changes a browser takes for noise."""
    times = np.arange(24_000) / 48_000
    sound = np.concatenate([8000 * np.sin(2 * np.pi * AGENT_HZ * times), np.zeros(24_000)]).astype("<i2")
    with wave.open(str(file), "wb") as wav:
        wav.setparams((1, 2, 48_000, 0, "NONE", ""))
        wav.writeframes(sound.tobytes())
    return file
