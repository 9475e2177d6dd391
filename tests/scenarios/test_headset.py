"""An agent who sits at the box: a headset in its socket, and a page without a microphone. Told by what each hears."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.control.channel import Refused
from firmware.storage.desk_schema import agent_states, talks
from tests.pulse import Headsets, Wearer
from tests.scenarios.people import WINDOW_S, Hire, hears, speaks, voices_heard_by, voices_in
from tests.scenarios.stage import LISTENING, Stage

FRONT = "headset_front"
CHEN, PATIENT = 1000.0, 600.0
WANG_XIUYING = "13800000001"


@pytest.fixture
def headsets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Headsets]:
    folder = tmp_path / "pulse"
    folder.mkdir()
    server = Headsets(folder, FRONT)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(server.configuration))
    server.plug_in()
    yield server
    server.pull_out()


@pytest.fixture
def stage(headsets: Headsets, open_stage: Callable[..., Stage]) -> Stage:
    return open_stage(speed=LISTENING)


def test_a_headset_at_the_box_is_pulled_out_of_a_talk_and_the_talk_goes_on(
    stage: Stage, hire: Hire, headsets: Headsets, tmp_path: Path
) -> None:
    chen, liu = hire("chen", "8001", CHEN), hire("liu", "8002", 0.0)
    chen.ask("sign_in", device="headset")
    stage.eventually("the card is open", lambda: chen.seat["has_sound"])
    with pytest.raises(Refused, match="HeadsetTaken"):
        liu.ask("sign_in", device="headset")
    chen.ask("ready")
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    chen.is_rung()
    stage.clock.set_speed(1.0)  # a sound card knows no other time
    worn = Wearer(FRONT, CHEN)
    chen.ask("answer")
    hears(stage, caller, CHEN)
    speaks(caller, tmp_path, PATIENT)
    stage.eventually("chen hears the patient", lambda: voices_in(worn.heard(WINDOW_S)) == {PATIENT})
    headsets.pull_out()
    stage.eventually("the talk is parked", lambda: chen.seat["talk"]["is_parked"])
    worn.takes_it_off()
    stage.eventually("the caller hears no agent", lambda: CHEN not in voices_heard_by(caller))
    headsets.plug_in()
    worn = Wearer(FRONT, CHEN)
    hears(stage, caller, CHEN)
    stage.eventually("chen hears the patient again", lambda: voices_in(worn.heard(WINDOW_S)) == {PATIENT})
    assert not chen.seat["talk"]["is_parked"]
    caller.hang_up()
    chen.is_in("wrap-up")
    worn.takes_it_off()
    (talk,) = stage.rows(talks)
    assert talk.ended_by == "caller"


def test_a_killed_exchange_opens_the_headset_again(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN)
    chen.ask("sign_in", device="headset", card=FRONT)
    chen.ask("ready")
    stage.kill_box()
    stage.restart_box()
    chen.finds_the_exchange()
    stage.eventually("the card is open", lambda: chen.seat["has_sound"])
    assert chen.state == "ready"
    assert stage.rows(agent_states, until=None)[0].card == FRONT
