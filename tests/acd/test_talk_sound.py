"""A talk leaves nothing behind at the ports that outlive it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from firmware.acd.talk import LegKind, Talk
from firmware.audio.port import Port


@pytest.fixture
def talk() -> Talk:
    return Talk("c1", "inside", "8002", "zh", datetime(2026, 3, 2, 9, tzinfo=UTC))


def test_music_for_a_colleague_on_hold_ends_with_the_talk(talk: Talk) -> None:
    pages = [Port(), Port()]
    legs = [
        talk.join(LegKind.AGENT, str(8001 + place), port, lambda: None, user_id=place + 1)
        for place, port in enumerate(pages)
    ]
    talk.hold(legs[1])
    assert pages[1].is_speaking
    talk.end("agent")
    assert not any(port.is_speaking for port in pages)


def test_what_the_menus_say_to_a_caller_is_not_cut_off_by_the_end_of_a_talk(talk: Talk) -> None:
    line, page = Port(), Port()
    caller = talk.join(LegKind.CALLER, "13800000001", line, lambda: None)
    talk.join(LegKind.AGENT, "8001", page, lambda: None, user_id=1)
    talk.hold(caller)
    talk.end("agent")
    assert line.is_speaking
