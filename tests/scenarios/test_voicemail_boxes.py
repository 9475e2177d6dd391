"""Messages: a patient asks a doctor, and only that patient hears the answer; who gave up waiting leaves one."""

import re
from pathlib import Path

import numpy as np
import soundfile

from firmware.audio.levels import tone
from firmware.clinic import doctor_answers, message_boxes, sample
from firmware.clinic.doctor_answers import Answer
from firmware.staff.rights import Role
from firmware.storage import recordings
from firmware.storage.call_schema import calls, voice_messages
from firmware.storage.call_schema import recordings as recording_rows
from firmware.storage.desk_schema import queue_entries
from tests.scenarios.people import Hire, Person, hears, is_connected, speaks, voices_in
from tests.scenarios.stage import Stage

WANG_XIUYING, LANDLINE = "13800000001", "02161230009"
PATIENT, DOCTOR, CHEN = 600.0, 1500.0, 1000.0
WANG = 1


def hires_doctor_wang(stage: Stage, hire: Hire) -> Person:
    wang = hire("wang", "8201", DOCTOR, Role.DOCTOR)
    with stage.ledger.transaction() as tx:
        message_boxes.answers_as(tx, wang.user_id, WANG)
    return wang


def records_an_answer(stage: Stage, message_id: int) -> None:
    """What the doctor's page does with a recording."""
    folder = stage.rig.folders.voice_messages
    soundfile.write(folder / "1.answer", tone((DOCTOR,), 6.0, -13.0), 8000, format="WAV", subtype="PCM_16")
    with stage.ledger.transaction() as tx:
        question = recordings.message(tx, message_id)
        assert question is not None
        doctor_answers.answer(tx, sample.profile(), stage.clock.now(), question, Answer("1.answer"), "wang")


def sound_of(file: Path) -> np.ndarray:
    return np.asarray(soundfile.read(file, dtype="int16", always_2d=True)[0])


def voices_in_recording(stage: Stage) -> set[float]:
    """Which tones the box's side of the last call's recording has, second by second."""
    call_id = stage.rows(calls)[-1].id
    stage.eventually("the recording is whole", lambda: stage.rows(recording_rows, call_id=call_id)[0].seconds)
    (recording,) = stage.rows(recording_rows, call_id=call_id)
    sound = sound_of(stage.rig.folders.recordings / recording.file)[:, 1]
    assert np.abs(sound).max() > 1000, "the prompts are there"
    seconds = [sound[at : at + 8000] for at in range(0, len(sound), 8000)]
    return set().union(*(voices_in(each) for each in seconds))


def test_a_patient_asks_a_doctor_and_hears_the_answer(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    hires_doctor_wang(stage, hire)
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("82")
    caller.hears_prompt("identify.year")
    caller.press("1948")
    caller.hears("请问想问哪位医生")
    caller.press("1")
    caller.hears("提问，说完按井号键")
    caller.waits()
    speaks(caller, tmp_path, PATIENT, 5.0)
    stage.pass_time(8)
    caller.press("#")
    caller.hears_prompt("box.by_text")
    caller.hang_up()
    stage.eventually("the question is kept", lambda: stage.rows(voice_messages))
    (question,) = stage.rows(voice_messages)
    assert (question.box, question.patient_id, question.language) == ("doctor/1", 1, "zh")
    assert voices_in(sound_of(stage.rig.folders.voice_messages / question.file)[8000:16000, 0]) == {PATIENT}

    records_an_answer(stage, question.id)
    (text,) = stage.texts_to(WANG_XIUYING)
    code = re.findall(r"\d{6}", text)[0]

    caller = stage.ring("L1", LANDLINE)
    caller.press("83")
    caller.hears_prompt("box.code")
    caller.press(code)
    caller.hears_prompt("box.year")
    caller.press("1948")
    hears(stage, caller, DOCTOR)
    assert stage.rows(voice_messages)[0].heard_at is not None
    caller.hang_up()
    assert DOCTOR not in voices_in_recording(stage)


def test_three_wrong_codes_end_the_call(stage: Stage) -> None:
    caller = stage.ring("L1", LANDLINE)
    caller.press("83")
    for _ in range(3):
        caller.hears_prompt("box.code")
        caller.press("000000")
        caller.hears_prompt("box.year")
        caller.press("1948")
    caller.hears_prompt("box.refused")
    caller.is_released()


def test_who_gave_up_waiting_leaves_a_message_that_keeps_the_queue(stage: Stage, hire: Hire, tmp_path: Path) -> None:
    chen = hire("chen", "8001", CHEN).comes_to_work()
    is_connected(stage, chen, LANDLINE, "L2")
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    stage.eventually("the caller waits", lambda: stage.rows(queue_entries, state="waiting"))
    caller.waits()
    caller.press("2")
    caller.hears_prompt("message.speak")
    caller.waits()
    speaks(caller, tmp_path, PATIENT, 5.0)
    stage.pass_time(8)
    caller.hang_up()
    stage.eventually("the message is kept", lambda: stage.rows(voice_messages))
    (message,) = stage.rows(voice_messages)
    assert (message.box, message.queue, message.language) == ("shared", "reception", "zh")
    assert message.due_at is not None
