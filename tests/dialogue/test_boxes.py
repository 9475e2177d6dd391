"""The message menu: the clinic's box, a question for a doctor and its answer, somebody's own box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio.clips import ClipStore
from firmware.audio.port import Sound
from firmware.audio.recording_writer import RecordingWriter
from firmware.clinic import doctor_answers, message_boxes, sample
from firmware.clinic.doctor_answers import Answer
from firmware.clock import ManualClock
from firmware.ivr.call import IncomingConversation, Reception
from firmware.ivr.turn import Recorded, WantRecording
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import calls, recordings
from firmware.storage.recordings import VoiceMessage
from tests.dialogue.desk import NINE, P1, Caller, Clinic
from tests.dialogue.line import DullVoice, Ringing, VirtualPort, reception

PASSWORD = "quiet lamp over water"
WANG = 1
LANDLINE = "02161230009"


def staff(clinic: Clinic) -> int:
    """Doctor Wang and Chen at extension 8001 sign in; Chen's id."""
    with clinic.ledger.transaction() as tx:
        wang = users.create(tx, clinic.now, "wang", "王医生", Role.DOCTOR, PASSWORD)
        message_boxes.answers_as(tx, wang.id, WANG)
        chen = users.create(tx, clinic.now, "chen", "陈丽", Role.AGENT, PASSWORD)
        agents.make(tx, chen.id, Card(extension="8001"))
    return chen.id


def ask(clinic: Clinic, number: str | None = P1) -> VoiceMessage:
    """A question of Wang Xiuying to Doctor Wang, as the call keeps it."""
    with clinic.ledger.transaction() as tx:
        calls.begin(tx, clinic.now, "q1", "L1", number, is_withheld=number is None)
        left = message_boxes.Left("q1", number, "q1-1.wav", 9, "zh", message_boxes.of_doctor(WANG), 1)
        question = recordings.message(tx, message_boxes.keep(tx, sample.profile(), clinic.now, left))
    assert question is not None
    return question


def answer(clinic: Clinic, question: VoiceMessage, what: Answer) -> str:
    """The doctor answers; the code in the text to the patient."""
    with clinic.ledger.transaction() as tx:
        doctor_answers.answer(tx, sample.profile(), clinic.now, question, what, "wang")
    return str(again(clinic, question).answer_code)


def again(clinic: Clinic, question: VoiceMessage) -> VoiceMessage:
    with clinic.ledger.reading() as tx:
        found = recordings.message(tx, question.id)
    assert found is not None
    return found


# ---- asking ----


def test_a_known_patient_asks_a_doctor_once_it_is_clear_who_calls(clinic: Clinic) -> None:
    staff(clinic)
    caller = clinic.call(P1)
    assert "出生年份" in caller.press("8", "2")
    assert "内科王医生请按一" in caller.press("1948")
    assert "向王医生提问" in caller.press("1")
    assert caller.turn.want == WantRecording(180, is_private=True)
    assert caller.state.memory["box"] == "doctor/1"
    caller.answer(Recorded(Path("m.wav"), 12.0))
    assert caller.says.startswith("您的问题已转给医生。医生回复后，会有短信")


def test_who_can_take_no_text_is_promised_a_call(clinic: Clinic) -> None:
    staff(clinic)
    caller = clinic.call(None)
    caller.press("8", "2", "100016", "2468", "#", "1")
    caller.answer(Recorded(Path("m.wav"), 12.0))
    assert "我们会打电话告诉您" in caller.says


def test_nobody_asks_a_doctor_without_showing_who_they_are(clinic: Clinic) -> None:
    staff(clinic)
    said = clinic.call(P1).press("8", "2", "1950", "1951", "1952")
    assert "没能核对您的身份" in said


def test_without_a_doctor_who_answers_the_clinics_box_is_offered(clinic: Clinic) -> None:
    said = clinic.call(P1).press("8", "2", "1948")
    assert "目前没有医生在电话里答复提问" in said
    assert "滴声后说话" in said


def test_who_says_nothing_in_the_message_menu_leaves_the_clinic_a_message(clinic: Clinic) -> None:
    caller = clinic.call(P1)
    assert "请您留言" in caller.press("8", "")
    assert caller.turn.want == WantRecording(120)


def test_after_a_question_the_shared_box_is_the_clinics_again(clinic: Clinic) -> None:
    staff(clinic)
    caller = clinic.call(P1)
    caller.press("8", "2", "1948", "1")
    caller.answer(Recorded(Path("m.wav"), 12.0))
    caller.press("1", "8", "1")
    assert caller.turn.want == WantRecording(120)


# ---- hearing the answer ----


def test_the_answer_is_spoken_to_code_and_birth_year(clinic: Clinic) -> None:
    staff(clinic)
    question = ask(clinic)
    code = answer(clinic, question, Answer(text="每天两次，每次一片。"))
    caller = clinic.call(LANDLINE)  # from whatever telephone
    caller.press("8", "3", code)
    assert again(clinic, question).heard_at is None
    caller.press("1948")
    assert "王医生这样回复：" in caller.says
    assert again(clinic, question).heard_at == clinic.now
    assert caller.press("1").count("王医生这样回复") == 1  # once more


def test_no_journal_and_no_event_holds_the_answer(clinic: Clinic) -> None:
    staff(clinic)
    code = answer(clinic, ask(clinic), Answer(text="每天两次，每次一片。"))
    said = clinic.call(P1).press("8", "3", code, "1948")
    assert "两次" not in said
    assert "…" in said


def test_a_wrong_code_three_times_ends_it(clinic: Clinic) -> None:
    staff(clinic)
    code = answer(clinic, ask(clinic), Answer(text="Rest."))
    caller = clinic.call(P1)
    assert "您还可以再试两次" in caller.press("8", "3", "000000", "1948")
    assert "您还可以再试一次" in caller.press(code, "1950")
    assert "本次服务结束" in caller.press("000000", "1948")


def test_a_code_alone_says_nothing_of_who_asked_whom(clinic: Clinic) -> None:
    staff(clinic)
    code = answer(clinic, ask(clinic), Answer(text="Rest."))
    caller = clinic.call(P1)
    assert "王" not in caller.press("8", "3", code)


# ---- somebody's own box ----


def test_an_extension_has_a_box_with_its_owners_name(clinic: Clinic) -> None:
    chen = staff(clinic)
    caller = clinic.call(LANDLINE)
    said = caller.press("8", "4", "8001")
    assert "分机八零零幺的陈丽现在不方便接电话" in said
    assert caller.state.memory["box"] == message_boxes.of_agent(chen)
    assert caller.turn.want == WantRecording(120, is_private=True)


def test_an_extension_that_nobody_has_is_asked_for_again(clinic: Clinic) -> None:
    staff(clinic)
    assert clinic.call(LANDLINE).press("8", "4", "8009").startswith("没有这个分机。 请输入分机号")


def test_a_greeting_in_english(clinic: Clinic) -> None:
    staff(clinic)
    caller: Caller = clinic.call(LANDLINE, language="en")
    assert "can't take your call now" in caller.press("8", "4", "8001")


# ---- in a call, with sound ----


@pytest.fixture
def box(clinic: Clinic, tmp_path: Path) -> Iterator[Reception]:
    clock, writer = ManualClock(NINE), RecordingWriter().start()
    yield reception(clinic, tmp_path / "data", clock, writer)
    writer.stop()


def take(box: Reception, clinic: Clinic, number: str, keys: str, voice_from_s: float = 0.0) -> VirtualPort:
    clock = box.clock
    assert isinstance(clock, ManualClock)
    port = VirtualPort(clock, keys)
    port.voice_until_s = voice_from_s
    IncomingConversation(Ringing(port, number), box).run()
    box.writer.flush()
    return port


def messages(clinic: Clinic) -> list[VoiceMessage]:
    with clinic.ledger.reading() as tx:
        return recordings.messages_waiting(tx)


def test_a_question_is_kept_for_its_doctor_and_in_no_recording_of_the_call(box: Reception, clinic: Clinic) -> None:
    staff(clinic)
    take(box, clinic, P1, "8219481", voice_from_s=600.0)
    (question,) = messages(clinic)
    assert (question.box, question.patient_id, question.number) == ("doctor/1", 1, P1)
    assert question.due_at is not None
    assert question.seconds > 100
    sound, _ = soundfile.read(box.folders.recordings / f"{question.call_id}.wav")
    from_the_question_on = sound[-120 * 8000 :]
    assert np.abs(sound).max() > 0.1
    assert np.abs(from_the_question_on[: 60 * 8000]).max() < 0.01


def test_a_personal_message_that_ends_with_a_hang_up_is_in_its_box(box: Reception, clinic: Clinic) -> None:
    chen = staff(clinic)
    clock = box.clock
    assert isinstance(clock, ManualClock)
    port = VirtualPort(clock, "848001#")
    port.voice_until_s = 600.0
    port.later = [(90.0, "hang")]
    IncomingConversation(Ringing(port, LANDLINE), box).run()
    (message,) = messages(clinic)
    assert message.box == message_boxes.of_agent(chen)


def test_a_crash_that_took_its_row_does_not_open_a_personal_message_to_all(box: Reception, clinic: Clinic) -> None:
    chen = staff(clinic)
    folder, own = box.folders.voice_messages, message_boxes.of_agent(chen)
    (folder / recordings.message_file("c1", 1, own)).write_bytes(bytes(8058))
    (folder / recordings.message_file("c1", 2, "shared")).write_bytes(bytes(8058))
    with clinic.ledger.transaction() as tx:
        assert recordings.find_lost_messages(tx, clinic.now, folder) == 2
    assert {each.box for each in messages(clinic)} == {own, "shared"}


class Listening(VirtualPort):
    """A caller who remembers what they hear."""

    def __init__(self, clock: ManualClock, politely: str) -> None:
        super().__init__(clock, politely)
        self.heard: list[Sound] = []

    def speak(self) -> Sound:
        self.heard.append(super().speak())
        return self.heard[-1]


def test_the_doctors_own_voice_reaches_the_patient_and_no_recording(box: Reception, clinic: Clinic) -> None:
    staff(clinic)
    hum = (6000 * np.sin(np.arange(5 * 8000) * 2 * np.pi * 440 / 8000)).astype(np.int16)
    soundfile.write(box.folders.voice_messages / "q1.answer", hum, 8000, format="WAV", subtype="PCM_16")
    code = answer(clinic, ask(clinic), Answer("q1.answer"))
    clips = ClipStore(box.folders.clips, [DullVoice()], messages=box.folders.voice_messages)
    clock = box.clock
    assert isinstance(clock, ManualClock)
    port = Listening(clock, f"83{code}1948")
    IncomingConversation(Ringing(port, LANDLINE), replace(box, clips=clips)).run()
    box.writer.flush()
    with clinic.ledger.reading() as tx:
        (call,) = calls.latest(tx, 1)
    recorded, _ = soundfile.read(box.folders.recordings / f"{call['id']}.wav", dtype="int16")
    assert loud_s(np.concatenate(port.heard)) == pytest.approx(5.0, abs=0.1)
    assert loud_s(recorded[:, 1]) == 0
    assert call["outcome"] == "answer heard"


def loud_s(sound: Sound) -> float:
    """How long a sound is louder than the dull voice of the box."""
    frames = np.abs(sound[: len(sound) // 160 * 160].astype(np.int32)).reshape(-1, 160)
    return float((frames.max(axis=1) > 3000).sum() / 50)


def test_written_words_are_spoken_and_kept_nowhere(box: Reception, clinic: Clinic) -> None:
    staff(clinic)
    code = answer(clinic, ask(clinic), Answer(text="每天两次。每次一片。"))
    take(box, clinic, LANDLINE, f"83{code}1948")
    index = (box.folders.clips / "index.jsonl").read_text("utf-8")
    assert "代码" in index
    assert "两次" not in index
