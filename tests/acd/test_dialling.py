"""Agents who dial: colleagues who don't answer have a box; who sits at a telephone is rung there first; limits."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from firmware.acd.errors import ExtensionBusy, NoFreeLine, NoSuchExtension
from firmware.acd.talk import LegKind
from firmware.audio.port import FRAME_SAMPLES, Port
from firmware.clinic.desk_settings import CallClass
from firmware.storage.call_schema import calls
from tests.acd.desk import Room
from tests.acd.lines import FarEnd, Threads

PATIENT, HOME = "13800000002", "13900000201"


# ---- the box of a colleague ----


@pytest.fixture
def writing(desk: Room) -> Iterator[None]:
    desk.writer.start()
    yield
    desk.writer.stop()


def speaks(desk: Room, user_id: int, seconds: float) -> None:
    """The agent speaks into their page for so long, and the desk looks around."""
    port, noise = desk.page(user_id).port, np.random.default_rng(1)
    for _ in range(round(seconds * 50)):
        port.hear(noise.integers(-8000, 8000, FRAME_SAMPLES).astype(np.int16))
        port.speak()


def listens(desk: Room, user_id: int, seconds: float) -> int:
    """How many frames with sound the agent heard."""
    return sum(bool(desk.page(user_id).port.speak().any()) for _ in range(round(seconds * 50)))


def leaves_a_message(desk: Room, user_id: int, seconds: float) -> None:
    assert listens(desk, user_id, 10) > 50, "a greeting and a tone"
    desk.desk.look()
    speaks(desk, user_id, seconds)
    desk.ask("hang_up", user_id)
    desk.desk.look()


def in_the_ledger(desk: Room) -> list[tuple[str, bool, bool]]:
    with desk.ledger.reading() as tx:
        return [(row.line, bool(row.answered_at), bool(row.ended_at)) for row in tx.execute(select(calls))]


def test_a_colleague_who_does_not_answer_has_a_box(desk: Room, writing: None) -> None:
    chen, liu = desk.comes_to_work("8001"), desk.comes_to_work("8002")
    desk.ask("dial", chen, number="8002")
    desk.passes(16)
    assert desk.ask("seat", chen)["notice"]["kind"] == "leave-message"
    leaves_a_message(desk, chen, 3.0)
    desk.writer.stop()
    ((asked_by, user_id, file, seconds),) = desk.clinic.messages
    assert (asked_by, user_id) == ("8001", liu)
    assert file.exists()
    assert 2.5 < seconds < 3.5
    assert desk.ask("seat", chen)["notice"]["kind"] == "message-left"
    assert in_the_ledger(desk) == [("inside", False, True)]


@pytest.mark.parametrize("away", ["not at work", "on a break", "at home"])
def test_who_is_away_has_a_box_at_once(desk: Room, writing: None, away: str) -> None:
    chen = desk.comes_to_work("8001")
    match away:
        case "not at work":
            desk.hire("8002")
        case "on a break":
            desk.ask("not_ready", desk.comes_to_work("8002"), reason="break")
        case _:
            desk.ask("sign_out", desk.comes_to_work("8002"))
    desk.ask("dial", chen, number="8002")
    assert desk.ask("seat", chen)["state"] == "talking"
    leaves_a_message(desk, chen, 3.0)
    desk.writer.stop()
    assert len(desk.clinic.messages) == 1


def test_who_says_nothing_leaves_no_message(desk: Room, writing: None) -> None:
    chen = desk.comes_to_work("8001")
    desk.hire("8002")
    desk.ask("dial", chen, number="8002")
    listens(desk, chen, 10)
    desk.desk.look()
    for _ in range(5 * 50):
        desk.page(chen).port.hear(np.zeros(FRAME_SAMPLES, np.int16))
    desk.desk.look()
    desk.writer.stop()
    assert desk.seat(chen).state == "ready", "the silence has ended the call"
    assert not desk.clinic.messages
    assert not list((desk.folders.voice_messages).iterdir())


def test_who_hangs_up_in_the_greeting_leaves_no_message(desk: Room, writing: None) -> None:
    chen = desk.comes_to_work("8001")
    desk.hire("8002")
    desk.ask("dial", chen, number="8002")
    desk.ask("hang_up", chen)
    desk.desk.look()
    assert desk.seat(chen).state == "ready"
    assert not desk.clinic.messages


def test_a_colleague_in_a_call_is_busy(desk: Room) -> None:
    chen, liu = desk.comes_to_work("8001"), desk.comes_to_work("8002")
    desk.hire("8003")
    desk.ask("dial", liu, number="8003")
    with pytest.raises(ExtensionBusy):
        desk.ask("dial", chen, number="8002")
    with pytest.raises(NoSuchExtension):
        desk.ask("dial", chen, number="8001")
    assert desk.seat(chen).state == "ready"


def test_a_call_inside_that_was_answered_ends_in_the_ledger_too(desk: Room) -> None:
    chen, liu = desk.comes_to_work("8001"), desk.comes_to_work("8002")
    desk.ask("dial", chen, number="8002")
    desk.ask("answer", liu)
    assert in_the_ledger(desk) == [("inside", True, False)]
    desk.ask("hang_up", liu)
    assert in_the_ledger(desk) == [("inside", True, True)]
    assert desk.seat(chen).state == "ready"


# ---- asking somebody ----


@pytest.mark.parametrize("to", ["8002", PATIENT])
def test_who_asks_hears_it_ring_and_gives_it_up_without_a_ring_in_the_ear(
    desk: Room, threads: Threads, to: str
) -> None:
    chen = desk.comes_to_work("8001")
    desk.caller("13800000001")
    desk.desk.look()
    desk.ask("answer", chen)
    desk.comes_to_work("8002")
    desk.lines.free = 1
    desk.ask("consult", chen, to=to)
    assert listens(desk, chen, 1.0) > 40
    desk.ask("cancel_consult", chen)
    assert listens(desk, chen, 6.0) == 0


def test_a_colleague_who_does_not_answer_rings_in_nobodys_ear(desk: Room) -> None:
    chen = desk.comes_to_work("8001")
    desk.caller("13800000001")
    desk.desk.look()
    desk.ask("answer", chen)
    desk.comes_to_work("8002")
    desk.ask("consult", chen, to="8002")
    desk.passes(31)
    assert desk.ask("seat", chen)["notice"]["kind"] == "no-answer"
    assert desk.talk(chen).caller is not None
    assert listens(desk, chen, 6.0) == 0


# ---- agents at a telephone ----


@pytest.fixture
def liu(desk: Room, threads: Threads) -> int:
    """An agent at home."""
    desk.lines.free = 2
    user_id = desk.hire("8002", phone_number=HOME)
    desk.ask("sign_in", user_id, device="phone")
    desk.ask("ready", user_id)
    return user_id


def test_who_dials_at_home_is_rung_there_first_and_then_speaks(desk: Room, threads: Threads, liu: int) -> None:
    seen: list[set[LegKind]] = []
    desk.lines.does[PATIENT] = [
        (30.0, lambda: seen.append({leg.kind for leg in desk.talk(liu).legs})),
        (31.0, "hang"),
    ]
    desk.lines.does[HOME] = [(3.0, "1"), (3.1, threads.run)]
    desk.ask("dial", liu, number=PATIENT)
    assert desk.seat(liu).state == "talking"
    threads.run()
    assert seen == [{LegKind.CALLER, LegKind.AGENT}]
    assert desk.seat(liu).state == "wrap-up"
    assert all(each.is_over for each in desk.lines.calls)
    assert len(in_the_ledger(desk)) == 2
    assert all(ended for _, _, ended in in_the_ledger(desk))


@pytest.mark.parametrize("does", [None, [(3.0, "hang")], [(3.0, "5")]], ids=["no answer", "hangs up", "a machine"])
def test_whose_own_telephone_nobody_answers_calls_nobody(
    desk: Room, threads: Threads, liu: int, does: list[tuple[float, str]] | None
) -> None:
    if does is not None:
        desk.lines.does[HOME] = list(does)
    desk.ask("dial", liu, number=PATIENT)
    threads.run()
    assert desk.ask("seat", liu)["notice"]["kind"] == "own-phone"
    assert desk.seat(liu).state == "wrap-up"
    assert all(each.is_over for each in desk.lines.calls)
    assert all(ended for _, _, ended in in_the_ledger(desk))


@pytest.mark.parametrize(("number", "free"), [(PATIENT, 1), ("8001", 0)])
def test_without_a_line_for_the_own_telephone_nobody_is_rung_and_nothing_is_kept(
    desk: Room, threads: Threads, liu: int, number: str, free: int
) -> None:
    desk.comes_to_work("8001")
    desk.lines.free = free
    with pytest.raises(NoFreeLine):
        desk.ask("dial", liu, number=number)
    assert desk.seat(liu).state == "ready"
    assert all(each.is_over for each in desk.lines.calls)
    assert all(ended for _, _, ended in in_the_ledger(desk))


def test_who_hangs_up_on_the_page_is_not_rung_any_more(desk: Room, threads: Threads, liu: int) -> None:
    desk.ask("dial", liu, number=PATIENT)
    desk.ask("hang_up", liu)
    assert all(each.is_over for each in desk.lines.calls)
    assert desk.seat(liu).state == "wrap-up"


def test_who_calls_a_colleague_from_home_rings_there_once_they_listen(desk: Room, threads: Threads, liu: int) -> None:
    chen = desk.comes_to_work("8001")
    desk.lines.does[HOME] = [
        (3.0, "1"), (4.0, lambda: desk.ask("answer", chen)),
        (5.0, lambda: desk.ask("hang_up", liu)),
    ]  # fmt: skip
    desk.ask("dial", liu, number="8001")
    assert desk.seat(chen).ringing is None, "not before somebody listens"
    desk.desk.look()
    assert desk.seat(liu).state == "talking"
    threads.run()
    assert ("inside", True, True) in in_the_ledger(desk)
    assert desk.seat(chen).state == "ready"


def test_who_is_at_home_asks_a_colleague_and_hands_over(desk: Room, threads: Threads, liu: int) -> None:
    chen = desk.comes_to_work("8001")
    desk.ask("not_ready", chen, reason="break")

    def asks() -> None:
        desk.ask("ready", chen)
        desk.ask("consult", liu, to="8001")
        desk.ask("answer", chen)
        desk.ask("complete", liu)

    desk.lines.does[HOME] = [(3.0, "1"), (5.0, asks)]
    desk.caller("13800000001")
    desk.desk.look()
    threads.run()
    assert desk.seat(liu).state == "wrap-up"
    assert [leg.kind for leg in desk.talk(chen).legs] == [LegKind.CALLER, LegKind.AGENT]


def test_who_is_at_home_picks_up_what_rings_at_a_colleague(desk: Room, threads: Threads, liu: int) -> None:
    desk.ask("not_ready", liu, reason="break")
    chen = desk.comes_to_work("8001")
    desk.caller("13800000001")
    desk.desk.look()
    desk.ask("ready", liu)
    seen: list[str] = []
    desk.lines.does[HOME] = [
        (3.0, "1"), (5.0, lambda: seen.extend([desk.seat(liu).state, desk.seat(chen).state])), (6.0, "hang"),
    ]  # fmt: skip
    desk.ask("pick_up", liu, extension="8001")
    assert desk.seat(chen).state == "ringing", "it rings on meanwhile"
    threads.run()
    assert seen == ["talking", "ready"]


def test_a_callback_is_made_from_home(desk: Room, threads: Threads, liu: int) -> None:
    seen: list[set[LegKind]] = []
    desk.lines.does[PATIENT] = [
        (30.0, lambda: seen.append({leg.kind for leg in desk.talk(liu).legs})),
        (31.0, "hang"),
    ]
    desk.lines.does[HOME] = [(3.0, "1"), (3.1, threads.run)]
    entry_id = desk.floor.book.enter("reception", "zh", PATIENT, is_callback=1)
    desk.desk.wake()
    desk.desk.look()
    threads.run()
    assert seen == [{LegKind.CALLER, LegKind.AGENT}]
    assert entry_id not in desk.floor.entries


# ---- calls that may only last so long ----


def beeps(port: FarEnd | Port) -> bool:
    return any(bool(port.speak().any()) for _ in range(10))


@pytest.mark.parametrize(("longest_s", "warned_at_s"), [(300, 240), (30, 20)])
def test_a_call_that_may_only_last_so_long_ends_after_a_beep_that_both_hear(
    desk: Room, threads: Threads, longest_s: int, warned_at_s: int
) -> None:
    short = CallClass("local", tuple("0123456789"), (), longest_s)
    no_notice = replace(desk.settings.recording, announces=False)
    desk.settings = replace(desk.settings, call_classes=(short,), recording=no_notice)
    desk.lines.free = 1
    chen = desk.comes_to_work("8001")
    heard: list[tuple[bool, bool]] = []

    def listen() -> None:
        heard.append((beeps(desk.lines.calls[0].port), beeps(desk.page(chen).port)))

    desk.lines.does[PATIENT] = [(warned_at_s - 1.0, listen), (warned_at_s + 0.3, listen)]
    desk.ask("dial", chen, number=PATIENT)
    threads.run()
    assert heard == [(False, False), (True, True)]
    assert longest_s < desk.lines.calls[0].port.seconds < longest_s + 2
    assert desk.seat(chen).state == "wrap-up"
