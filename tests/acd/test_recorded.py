"""Who is recorded, and knows of it: patients whom an agent calls; callers who go from agent to agent."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.acd.talk import Talk
from firmware.audio.recorder import CallRecorder
from firmware.clinic import people
from firmware.language.catalogue import Prompt
from tests.acd.desk import Page, Room
from tests.acd.lines import Threads

PATIENT = "13800000002"
SPEECH = 1000  # as the tests' dull voice hums it


@pytest.fixture(autouse=True)
def _lines(desk: Room) -> None:
    desk.lines.free = 2


def talk_of(desk: Room, user_id: int) -> Talk:
    talk = desk.seat(user_id).talk
    assert talk is not None
    return talk


def sees(desk: Room, user_id: int, seen: list[dict[str, object]]) -> Callable[[], None]:
    """What the agent's page shows at that moment."""
    return lambda: seen.append(desk.ask("seat", user_id)["talk"])


def test_a_patient_who_is_called_hears_of_the_recording_before_the_agent(desk: Room, threads: Threads) -> None:
    chen = desk.comes_to_work("8001")
    seen: list[dict[str, object]] = []
    page = desk.seat(chen).sound
    assert isinstance(page, Page)
    heard: list[bool] = []
    desk.lines.does[PATIENT] = [
        (1.0, sees(desk, chen, seen)), (1.0, lambda: heard.append(bool((page.port.speak() == SPEECH).all()))),
        (30.0, sees(desk, chen, seen)), (31.0, "hang"),
    ]  # fmt: skip
    desk.ask("dial", chen, number=PATIENT)
    threads.run()
    assert [talk["is_connected"] for talk in seen] == [False, True]
    assert seen[-1]["is_recorded"]
    assert desk.lines.calls[0].port.spoken_frames > 50 * 3, "the notice was said"
    assert heard == [True], "and the agent heard it too"


def test_a_patient_who_is_called_refuses_by_nine(desk: Room, threads: Threads) -> None:
    chen = desk.comes_to_work("8001")
    seen: list[dict[str, object]] = []
    desk.lines.does[PATIENT] = [(2.0, "9"), (30.0, sees(desk, chen, seen)), (31.0, "hang")]
    desk.ask("dial", chen, number=PATIENT)
    threads.run()
    (talk,) = seen
    assert (talk["is_connected"], talk["is_recorded"]) == (True, False)


def test_the_notice_is_in_the_language_of_the_patient(
    desk: Room, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []
    sounds = desk.floor.speaker.sounds

    def listen(prompts: list[Prompt], language: str) -> object:
        said.extend((prompt.key, language) for prompt in prompts)
        return sounds(prompts, language)

    monkeypatch.setattr(desk.floor.speaker, "sounds", listen)
    with desk.ledger.transaction() as tx:
        people.remember(tx, PATIENT, language="en")
    chen = desk.comes_to_work("8001")
    desk.lines.does[PATIENT] = [(30.0, "hang")]
    desk.ask("dial", chen, number=PATIENT)
    threads.run()
    assert set(said) == {("recording.notice", "en")}


@pytest.mark.parametrize("rules", [{"records": False}, {"announces": False}, {"off_agents": ("8001",)}])
def test_where_nothing_is_recorded_or_said_the_patient_is_put_through_at_once(
    desk: Room, threads: Threads, rules: dict[str, object]
) -> None:
    desk.settings = replace(desk.settings, recording=replace(desk.settings.recording, **rules))  # type: ignore[arg-type]
    chen = desk.comes_to_work("8001")
    seen: list[dict[str, object]] = []
    desk.lines.does[PATIENT] = [(0.1, sees(desk, chen, seen)), (1.0, "hang")]
    desk.ask("dial", chen, number=PATIENT)
    threads.run()
    assert seen[0]["is_connected"]


def calls_back(desk: Room, chen: int) -> int:
    """A patient left the queue for a callback, and it is their turn."""
    entry_id = desk.floor.book.enter("reception", "zh", PATIENT, is_callback=1)
    desk.desk.wake()
    desk.desk.look()
    desk.ask("answer", chen)
    return entry_id


def test_a_patient_who_hangs_up_in_the_notice_was_not_reached(desk: Room, threads: Threads) -> None:
    chen = desk.comes_to_work("8001")
    desk.lines.does[PATIENT] = [(1.0, "hang")]
    entry_id = calls_back(desk, chen)
    threads.run()
    assert desk.ask("seat", chen)["notice"]["kind"] == "hung-up"
    assert desk.seat(chen).state == "wrap-up"
    entry = desk.floor.entries[entry_id]
    assert entry.not_before is not None, "later again"
    assert entry.not_before > desk.clock.now()


def test_a_callback_that_the_agent_gave_up_in_the_notice_waits_again(desk: Room, threads: Threads) -> None:
    chen = desk.comes_to_work("8001")
    desk.lines.does[PATIENT] = [(1.0, lambda: desk.ask("hang_up", chen))]
    entry_id = calls_back(desk, chen)
    threads.run()
    assert entry_id in desk.floor.entries


def test_an_agent_who_gives_up_in_the_notice_releases_the_patient(desk: Room, threads: Threads) -> None:
    chen = desk.comes_to_work("8001")
    desk.lines.does[PATIENT] = [(1.0, lambda: desk.ask("hang_up", chen))]
    desk.ask("dial", chen, number=PATIENT)
    threads.run()
    assert desk.lines.calls[0].is_over
    assert desk.seat(chen).state == "wrap-up"


# ---- agents who are not recorded ----


@pytest.fixture
def recorder(desk: Room, tmp_path: Path) -> CallRecorder:
    desk.settings = replace(desk.settings, recording=replace(desk.settings.recording, off_agents=("8001",)))
    return CallRecorder(desk.writer, tmp_path / "call.wav")


def test_after_who_is_not_recorded_the_next_is(desk: Room, recorder: CallRecorder) -> None:
    chen = desk.comes_to_work("8001")
    desk.caller(recorder=recorder)
    desk.desk.look()
    desk.ask("answer", chen)
    assert recorder.is_paused
    liu = desk.comes_to_work("8002")
    desk.ask("transfer", chen, to="8002")
    desk.caller(recorder=recorder)  # the same caller waits again
    desk.desk.look()
    desk.ask("answer", liu)
    assert not recorder.is_paused


def test_who_is_not_recorded_pauses_it_only_while_they_take_part(desk: Room, recorder: CallRecorder) -> None:
    liu = desk.comes_to_work("8002")
    desk.caller(recorder=recorder)
    desk.desk.look()
    desk.ask("answer", liu)
    chen = desk.comes_to_work("8001")
    desk.ask("consult", liu, to="8001")
    assert not recorder.is_paused
    desk.ask("answer", chen)
    desk.ask("join", liu)
    assert recorder.is_paused
    desk.ask("hang_up", chen)
    assert not recorder.is_paused
    assert talk_of(desk, liu).caller is not None


def test_what_an_agent_paused_stays_paused_whoever_comes_and_goes(desk: Room, recorder: CallRecorder) -> None:
    liu = desk.comes_to_work("8002")
    desk.caller(recorder=recorder)
    desk.desk.look()
    desk.ask("answer", liu)
    desk.ask("record", liu, on=False)
    chen = desk.comes_to_work("8001")
    desk.ask("consult", liu, to="8001")
    desk.ask("answer", chen)
    desk.ask("join", liu)
    desk.ask("hang_up", chen)
    assert recorder.is_paused
