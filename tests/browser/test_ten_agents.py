"""Ten agents in real browser pages and eight lines at once: who hears whom, told apart by the pitch of each voice.

A page's microphone is replaced by a tone of its own, and its loudspeaker is listened to where the page hands its sound
to the sound card; everything in between is what the clinic has. The browsers stand for ten other computers: they leave
the processors to the box.
"""

from __future__ import annotations

import os
import wave
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Playwright

from firmware.audio.levels import tone
from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.clinic.desk_settings import DeskSettings, save_desk
from firmware.control.channel import ControlClient
from firmware.staff import agents, sessions, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage.call_schema import recordings
from firmware.storage.desk_schema import queue_entries
from firmware.storage.documents import SetupDocuments
from tests.browser.conftest import wait_for_pages
from tests.browser.people import CHROMIUM, PASSWORD, Person, launch
from tests.scenarios.conftest import CLIPS
from tests.scenarios.stage import Caller, Stage
from webui.gate import SESSION_COOKIE

LINES = (
    *({"name": f"L{at}", "kind": "voice", "model": ("USR5637", "CX93010")[at % 2], "number": f"0216123000{at}"}
      for at in range(1, 9)),
    {"name": "L9", "kind": "gsm", "number": "13900000000"},
)  # fmt: skip
PATIENTS_HZ = (512.5, 615.0, 1020.0, 1095.0, 1535.0, 1672.5, 1777.5, 1905.0)
AGENTS_HZ = (552.5, 650.0, 1060.0, 1157.5, 1597.5, 1737.5, 1817.5, 1942.5, 2082.5, 2180.0)
# None near a key's tone (ITU-T Q.23) nor near another; no two differ by a multiple of 50 Hz, for a voice of which
# frames are missing sounds there as well.
VOICES_HZ = PATIENTS_HZ + AGENTS_HZ
LISTENED_S = 0.6
AUDIBLE = 0.015  # of full scale
SPOKEN = 0.05  # whoever speaks is four times as loud; what a chopped voice leaves beside itself is less
SPEAKS_S = 240.0
PATIENCE_S = 60.0

BODY = """
(() => {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const voice = new OscillatorNode(context, {frequency: HERTZ});
    const gain = new GainNode(context, {gain: 0.25});
    const microphone = context.createMediaStreamDestination();
    voice.connect(gain).connect(microphone);
    voice.start();
    return microphone.stream;
  };
  const ears = (window.ears = new Map());
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to === this.context.destination) {
      if (!ears.has(this.context)) ears.set(this.context, new AnalyserNode(this.context, {fftSize: 32768}));
      connect.call(this, ears.get(this.context));
    }
    return connect.call(this, to, ...rest);
  };
})();
"""
HEARD = """
([voices, least]) => {
  const found = [];
  for (const [context, ear] of window.ears) {
    if (context.state !== "running") continue;
    const samples = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(samples);
    for (const hertz of voices) {
      const turn = (2 * Math.PI * hertz) / context.sampleRate;
      let real = 0, imaginary = 0;
      for (let at = 0; at < samples.length; at++) {
        real += samples[at] * Math.cos(turn * at);
        imaginary += samples[at] * Math.sin(turn * at);
      }
      if ((2 * Math.hypot(real, imaginary)) / samples.length > least) found.push(hertz);
    }
  }
  return found;
}
"""

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.environ.get("CLINICBOX_TEN_AGENTS") != "1", reason="four minutes of both processors"),
]


class Agent:
    """Somebody at a page, whose voice is a tone."""

    def __init__(self, browser: Browser, stage: Stage, address: str, number: int, role: Role) -> None:
        self.stage, self.hertz, self.extension = stage, AGENTS_HZ[number], str(8001 + number)
        self.person = Person(browser, stage, address, "en", "desktop", "light")
        self.person.context.add_init_script(BODY.replace("HERTZ", str(self.hertz)))
        now = stage.clock.now()
        with stage.ledger.transaction() as tx:
            self.user_id = users.create(tx, now, f"agent{number}", f"Agent {number}", role, PASSWORD).id
            agents.make(tx, self.user_id, Card(extension=self.extension, skills={"reception": 1}))
            token, _ = sessions.open_session(tx, now, self.user_id)
        self.person.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        self._control = ControlClient(stage.rig.folders.control_socket)

    @property
    def seat(self) -> dict[str, Any]:
        return self.ask("seat")

    def ask(self, verb: str, **details: Any) -> dict[str, Any]:
        """What a button does."""
        seat: dict[str, Any] = self._control.ask(verb, user=self.user_id, **details)["seat"] or {"state": "offline"}
        return seat

    def comes_to_work(self) -> None:
        """The page's own way: the speaking test, sign in, ready."""
        page, person = self.person.page, self.person
        person.goes_to("/desk")
        person.button("desk.test").click()
        page.get_by_text(person.words("desk.test_heard")).wait_for(timeout=PATIENCE_S * 1000)
        person.button("desk.sign_in").click()
        page.wait_for_selector("#desk[data-state=not-ready]", timeout=PATIENCE_S * 1000)
        person.button("desk.ready").click()
        page.wait_for_selector("#desk[data-state=ready]", timeout=PATIENCE_S * 1000)

    def answers(self) -> None:
        """Press the key until it is done: a page that was held up may get its sound back this very moment."""

        def talks() -> bool:
            self.person.page.keyboard.press("F2")
            return self.seat["state"] == "talking"

        try:
            self.stage.eventually(f"{self.extension} talks", talks, PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.seat}; the page says {self.person.page.inner_text('main')}") from None

    def heard(self) -> set[float]:
        return set(self.person.page.evaluate(HEARD, [VOICES_HZ, AUDIBLE]))

    def hears(self, *hertz: float) -> None:
        seen: list[set[float]] = []

        def hears_them() -> bool:
            seen.append(self.heard())
            return seen[-1] == set(hertz)

        try:
            self.stage.eventually(f"{self.extension} hears {hertz}", hears_them, PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}; heard {seen[-1]}") from None

    def leaves(self) -> None:
        self._control.close()
        assert self.person.leaves() == []


class Patient:
    """Somebody on a line, who speaks a tone."""

    def __init__(self, stage: Stage, at: int, folder: Path) -> None:
        self.stage, self.hertz, self.number = stage, PATIENTS_HZ[at], f"1380000010{at}"
        self.caller: Caller = stage.ring(f"L{at + 1}", self.number)
        self._voice = folder / f"patient{at}.wav"
        with wave.open(str(self._voice), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
            file.writeframes(tone((self.hertz,), SPEAKS_S, -13.0).tobytes())

    def wants_a_person(self) -> None:
        self.caller.press("0")

    def speaks(self) -> None:
        self.caller.call.speak(self._voice)

    def heard(self) -> set[float]:
        return voices_in(self.caller.call.heard()[-round(LISTENED_S * SAMPLE_RATE_HZ) :])

    def hears(self, *hertz: float) -> None:
        self.stage.eventually(f"{self.number} hears {hertz}", lambda: self.heard() == set(hertz), PATIENCE_S)


def voices_in(sound: Sound, least: float = AUDIBLE) -> set[float]:
    times = np.arange(len(sound)) / SAMPLE_RATE_HZ
    level = {hertz: 2 * abs(np.mean(sound * np.exp(-2j * np.pi * hertz * times))) / 32768 for hertz in VOICES_HZ}
    return {hertz for hertz, there in level.items() if there > least}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("box")
    with Stage(folder, "default", CLIPS, 1.0, lines=LINES, web_port=port) as opened:
        wait_for_pages(port)
        yield opened


@pytest.fixture
def computers(playwright: Playwright, tmp_path: Path) -> Iterator[Browser]:
    program = tmp_path / "chromium"
    program.write_text(f'#!/bin/sh\nexec nice -n 19 {CHROMIUM} "$@"\n')
    program.chmod(0o700)
    browser = launch(playwright, program=program)
    yield browser
    browser.close()


@pytest.fixture
def patient_queue(stage: Stage) -> None:
    """A call rings as long as it may: pages on one machine may be slow, and who misses calls is another story."""
    desk = DeskSettings()
    save_desk(SetupDocuments(stage.rig.folders.setup), replace(desk, queues=(replace(desk.queues[0], ring_s=60),)))


@pytest.fixture
def team(computers: Browser, stage: Stage, port: int, patient_queue: None) -> Iterator[list[Agent]]:
    """Nine agents and a supervisor, all at their pages and ready."""
    address = f"http://127.0.0.1:{port}"
    with ExitStack() as leaving:
        people = []
        for number in range(10):
            person = Agent(computers, stage, address, number, Role.SUPERVISOR if number == 9 else Role.AGENT)
            leaving.callback(person.leaves)
            person.comes_to_work()
            people.append(person)
        people[9].ask("not_ready", reason="paperwork")
        yield people


def test_ten_agents_and_eight_lines(stage: Stage, team: list[Agent], tmp_path: Path) -> None:
    pairs = everybody_is_put_through(stage, team, tmp_path)
    talking = [agent for agent, _ in pairs]
    free = next(agent for agent in team[:9] if agent not in talking)
    a_call_is_handed_over(*pairs[0], free)
    a_colleague_joins(*pairs[1], pairs[0][0])
    a_supervisor_takes_part(*pairs[2], team[9])
    a_page_is_reloaded(*pairs[3])
    for agent, patient in pairs[4:]:
        agent.hears(patient.hertz)
        patient.hears(agent.hertz)
    everybody_hangs_up(stage, pairs)
    recordings_hold_what_was_said(stage, pairs, team[9], free)


def everybody_is_put_through(stage: Stage, team: list[Agent], folder: Path) -> list[tuple[Agent, Patient]]:
    pairs = []
    for at in range(8):
        patient = Patient(stage, at, folder)
        patient.wants_a_person()
        stage.eventually("a ring", lambda: any(agent.seat["offer"] for agent in team[:9]), PATIENCE_S)
        agent = next(agent for agent in team[:9] if agent.seat["offer"])
        agent.answers()
        pairs.append((agent, patient))
    for _, patient in pairs:
        patient.speaks()
    for agent, patient in pairs:
        agent.hears(patient.hertz)
        patient.hears(agent.hertz)
    return pairs


def a_call_is_handed_over(agent: Agent, patient: Patient, other: Agent) -> None:
    agent.ask("hold")
    agent.hears()
    agent.ask("resume")
    agent.hears(patient.hertz)
    agent.ask("transfer", to=other.extension)
    agent.stage.eventually("a ring", lambda: other.seat["offer"], PATIENCE_S)
    other.answers()
    other.hears(patient.hertz)
    patient.hears(other.hertz)
    agent.hears()
    agent.ask("wrapped_up")


def a_colleague_joins(agent: Agent, patient: Patient, colleague: Agent) -> None:
    agent.ask("consult", to=colleague.extension)
    agent.stage.eventually("a ring", lambda: colleague.seat["offer"], PATIENCE_S)
    colleague.answers()
    agent.hears(colleague.hertz)
    colleague.hears(agent.hertz)
    agent.stage.eventually("the patient waits", lambda: not patient.heard() & set(AGENTS_HZ), PATIENCE_S)
    agent.ask("join")
    agent.hears(colleague.hertz, patient.hertz)
    colleague.hears(agent.hertz, patient.hertz)
    patient.hears(agent.hertz, colleague.hertz)
    colleague.ask("hang_up")
    patient.hears(agent.hertz)
    agent.hears(patient.hertz)


def a_supervisor_takes_part(agent: Agent, patient: Patient, supervisor: Agent) -> None:
    supervisor.ask("listen", agent=agent.user_id)
    supervisor.hears(agent.hertz, patient.hertz)
    patient.hears(agent.hertz)
    agent.hears(patient.hertz)
    supervisor.ask("leave", agent=agent.user_id)
    agent.hears(patient.hertz)


def a_page_is_reloaded(agent: Agent, patient: Patient) -> None:
    agent.person.page.reload()
    agent.stage.eventually("the page has sound again", lambda: agent.seat["has_sound"], PATIENCE_S)
    patient.hears(agent.hertz)
    agent.hears(patient.hertz)


def everybody_hangs_up(stage: Stage, pairs: list[tuple[Agent, Patient]]) -> None:
    for _, patient in pairs:
        patient.caller.hang_up()
    for agent, _ in pairs:
        stage.eventually("the talk is over", lambda: agent.seat["state"] != "talking", PATIENCE_S)  # noqa: B023
    assert {entry.state for entry in stage.rows(queue_entries)} == {"answered"}


def recordings_hold_what_was_said(
    stage: Stage, pairs: list[tuple[Agent, Patient]], supervisor: Agent, taker: Agent
) -> None:
    """Patients on the left, what they heard on the right: all of it, and nothing of who listened."""
    stage.eventually(
        "all recordings are packed", lambda: [row.state for row in stage.rows(recordings)] == ["archived"] * 8, 300.0
    )
    told = dict(zip((patient.number for _, patient in pairs), pairs, strict=True))
    numbers = {entry.call_id: entry.number for entry in stage.rows(queue_entries)}
    extra = {pairs[0][1]: {taker.hertz}, pairs[1][1]: {pairs[0][0].hertz}}
    for row in stage.rows(recordings):
        agent, patient = told[numbers[row.call_id]]
        sound, rate = soundfile.read(stage.rig.folders.recordings / row.file, dtype="int16", always_2d=True)
        left, right = (_voices_anywhere(sound[:, side], rate) for side in (0, 1))
        assert left == {patient.hertz}
        assert right == {agent.hertz} | extra.get(patient, set())
        assert supervisor.hertz not in left | right


def _voices_anywhere(sound: Sound, rate: int) -> set[float]:
    """Whoever is heard for a second or longer."""
    plain = sound[:: rate // SAMPLE_RATE_HZ or 1]
    window = SAMPLE_RATE_HZ // 2
    heard = Counter(
        voice for at in range(0, len(plain) - window, window) for voice in voices_in(plain[at : at + window], SPOKEN)
    )
    return {voice for voice, windows in heard.items() if windows >= 2}
