"""A recording in the browser: its marks jump, and each side can be heard alone."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page

from firmware.audio.levels import tone
from firmware.storage import calls, recording_index, recordings
from tests.browser.conftest import Staff
from tests.scenarios.stage import Stage

CALL, SECONDS = "20260302-080000-aaaaaa", 30
CALLER_HZ, CLINIC_HZ = 500, 1500
LISTEN = """() => {  // between the player's wiring and the loudspeaker
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to === this.context.destination) {
      window.ears = [0, 1].map(() => this.context.createAnalyser());
      const splitter = this.context.createChannelSplitter(2);
      connect.call(this, splitter);
      window.ears.forEach((ear, side) => connect.call(splitter, ear, side));
    }
    return connect.call(this, to, ...more);
  };
}"""
HEARD = """(hertz) => window.ears.map((ear) => {
  const bins = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(bins);
  return bins[Math.round((hertz * ear.fftSize) / ear.context.sampleRate)] > -45;
})"""


@pytest.fixture(scope="module")
def recorded(stage: Stage) -> Stage:
    """A call of half a minute in which both sides speak all the time."""
    with stage.ledger.transaction() as tx:
        calls.begin(tx, stage.clock.now(), CALL, "L1", "13800000001", is_withheld=False)
        calls.answer(tx, stage.clock.now(), CALL)
        calls.end(tx, stage.clock.now(), CALL, "released")
        recordings.begin(tx, CALL, f"{CALL}.ogg")
        recordings.complete(tx, CALL, f"{CALL}.ogg", SECONDS)
        recordings.archive(tx, CALL, f"{CALL}.ogg")
        recording_index.mark(tx, CALL, 12, "answered", "8001")
        recording_index.mark(tx, CALL, 24, "held")
    both = np.stack([tone((hertz,), SECONDS, -13.0) for hertz in (CALLER_HZ, CLINIC_HZ)], axis=1)
    file = stage.rig.folders.recordings / f"{CALL}.ogg"
    soundfile.write(file, both, 8000, format="OGG", subtype="OPUS")
    return stage


def test_a_mark_jumps_there_and_stands_in_the_picture(recorded: Stage, staff: Staff) -> None:
    page = staff("supervisor", "en").page
    page.goto(f"/calls/{CALL}")
    page.wait_for_selector(".waveform-mark", state="attached")
    places = page.evaluate(
        "[...document.querySelectorAll('.waveform-mark')].map((mark) => parseFloat(mark.style.left))"
    )
    assert places == pytest.approx([40, 80], abs=0.5)  # per cent
    page.get_by_role("button", name="answered by 8001").click()
    recorded.eventually("the jump", lambda: page.evaluate("document.querySelector('audio').currentTime") >= 12)


def test_one_side_alone_is_heard_in_both_ears(recorded: Stage, staff: Staff) -> None:
    page = staff("supervisor", "en").page
    page.add_init_script(f"({LISTEN})()")
    page.goto(f"/calls/{CALL}")
    page.get_by_role("button", name="answered by 8001").click()
    page.get_by_role("button", name="Clinic").click()
    becomes(recorded, page, CALLER_HZ, [True, True])
    becomes(recorded, page, CLINIC_HZ, [False, False])
    page.get_by_role("button", name="Clinic").click()
    becomes(recorded, page, CALLER_HZ, [True, False])
    becomes(recorded, page, CLINIC_HZ, [False, True])


def becomes(stage: Stage, page: Page, hertz: int, ears: list[bool]) -> None:
    """Wait until this tone is heard in the left and right ear as told."""
    stage.eventually(f"{hertz} Hz {ears}", lambda: page.evaluate(HEARD, hertz) == ears)
