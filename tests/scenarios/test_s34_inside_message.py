"""A call between colleagues that nobody answers: a word, a tone, and the message is in the box of whom it is for."""

from pathlib import Path

import numpy as np
import soundfile

from firmware.clinic import message_boxes
from firmware.storage.call_schema import calls, voice_messages
from tests.scenarios.people import Hire, voices_in
from tests.scenarios.stage import Stage

CHEN, LIU = 1000.0, 1500.0


def sound_of(file: Path) -> np.ndarray:
    return np.asarray(soundfile.read(file, dtype="int16", always_2d=True)[0])


def test_who_calls_a_colleague_in_vain_leaves_a_message(stage: Stage, hire: Hire) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    liu = hire("liu", "8002", LIU).comes_to_work()
    chen.ask("dial", number="8002")
    liu.is_rung()
    stage.eventually("a word to chen", lambda: (chen.seat["notice"] or {}).get("kind") == "leave-message")
    stage.clock.sleep(15)  # the greeting, the tone, and a few words
    chen.ask("hang_up")
    stage.eventually("the message is kept", lambda: stage.rows(voice_messages))
    (message,) = stage.rows(voice_messages)
    assert (message.box, message.number) == (message_boxes.of_agent(liu.user_id), "8001")
    sound = sound_of(stage.rig.folders.voice_messages / message.file)
    assert voices_in(sound[8000:16000, 0]) == {CHEN}
    with stage.ledger.reading() as tx:
        opener = message_boxes.opener(tx, liu.user_id, opens_shared=False, opens_all=False)
    assert message.box in opener.own
    (call,) = stage.rows(calls)
    assert (call.direction, call.answered_at) == ("inside", None)
    assert call.ended_at is not None
    assert chen.state == "ready"
