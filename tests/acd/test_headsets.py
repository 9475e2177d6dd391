"""Agents whose device is a headset at the box: one card, one seat; it may be pulled out, and come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.acd import headsets
from firmware.acd.errors import HeadsetTaken, NoHeadset, WrongState
from firmware.acd.floor import Seat
from firmware.acd.seating import GONE_S
from firmware.audio.alsa import SoundCard
from firmware.audio.port import Port
from firmware.storage.desk_schema import agent_states
from tests.acd.desk import Room, room

FRONT, BACK = SoundCard("plughw:CARD=Front,DEV=0", "Front headset"), SoundCard("plughw:CARD=Back,DEV=0", "Back headset")


class Worn:
    """A headset that the test pulls out and plugs in."""

    def __init__(self, card: str, changed: object) -> None:
        self.card, self.port, self.takes_sound = card, Port(), True
        self.is_lost, self.is_stopped = False, False

    def start(self) -> Worn:
        return self

    def stop(self) -> None:
        self.is_stopped = self.is_lost = True


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[SoundCard]:
    cards = [FRONT]
    monkeypatch.setattr(headsets, "sound_cards", lambda: cards)
    monkeypatch.setattr(headsets, "Headset", Worn)
    return cards


@pytest.fixture
def desk(tmp_path: Path, plugged: list[SoundCard]) -> Iterator[Room]:
    with room(tmp_path) as opened:
        yield opened


def sits_down(desk: Room, extension: str, **details: str) -> int:
    user_id = desk.hire(extension)
    desk.ask("sign_in", user_id, device="headset", **details)
    desk.ask("ready", user_id)
    return user_id


def worn(seat: Seat) -> Worn:
    assert isinstance(seat.sound, Worn)
    return seat.sound


def test_a_headset_rings_and_answers_like_a_page(desk: Room) -> None:
    chen = sits_down(desk, "8001")
    desk.caller()
    desk.passes(1)
    assert desk.ask("answer", chen)["state"] == "talking"
    assert desk.ask("seat", chen)["has_sound"]


def test_a_headset_that_somebody_has_is_refused_and_free_when_they_leave(desk: Room) -> None:
    chen, liu = sits_down(desk, "8001"), desk.hire("8002")
    with pytest.raises(HeadsetTaken, match="8001"):
        desk.ask("sign_in", liu, device="headset")
    assert desk.asks["headsets"]({})["headsets"] == [{"card": FRONT.key, "name": "Front headset", "used_by": "8001"}]
    left = worn(desk.seat(chen))
    desk.ask("sign_out", chen)
    assert left.is_stopped
    assert desk.ask("sign_in", liu, device="headset")["device"] == "headset"


def test_of_several_headsets_one_is_chosen_or_the_first_free_one_taken(desk: Room, plugged: list[SoundCard]) -> None:
    plugged.append(BACK)
    chen = sits_down(desk, "8001", card=BACK.key)
    liu = sits_down(desk, "8002")
    assert (worn(desk.seat(chen)).card, worn(desk.seat(liu)).card) == (BACK.key, FRONT.key)
    with pytest.raises(HeadsetTaken):
        sits_down(desk, "8003")


def test_no_headset_at_the_box_is_no_headset(desk: Room, plugged: list[SoundCard]) -> None:
    with pytest.raises(NoHeadset):
        sits_down(desk, "8001", card=BACK.key)
    plugged.clear()
    with pytest.raises(NoHeadset):
        sits_down(desk, "8002")
    assert desk.asks["headsets"]({}) == {"headsets": []}


def test_a_page_gets_no_sound_of_a_seat_with_a_headset(desk: Room) -> None:
    chen = sits_down(desk, "8001")
    with pytest.raises(WrongState):
        desk.desk.seating.attach(chen, None)  # type: ignore[arg-type]


def test_a_headset_pulled_out_in_a_talk_parks_it_until_it_is_back(desk: Room) -> None:
    chen = sits_down(desk, "8001")
    desk.caller()
    desk.passes(1)
    desk.ask("answer", chen)
    worn(desk.seat(chen)).is_lost = True
    desk.passes(1)
    assert desk.ask("seat", chen)["talk"]["is_parked"]
    assert not desk.ask("seat", chen)["has_sound"]
    worn(desk.seat(chen)).is_lost = False
    desk.passes(1)
    assert not desk.ask("seat", chen)["talk"]["is_parked"]


def test_a_headset_that_stays_away_rings_nobody_until_it_is_back(desk: Room) -> None:
    chen = sits_down(desk, "8001")
    worn(desk.seat(chen)).is_lost = True
    desk.passes(1)
    desk.passes(GONE_S)
    seat = desk.ask("seat", chen)
    assert (seat["state"], seat["reason"], seat["notice"]["kind"]) == ("not-ready", "headset-gone", "headset-gone")
    worn(desk.seat(chen)).is_lost = False
    desk.passes(1)
    assert desk.ask("seat", chen)["state"] == "ready"


def test_after_a_restart_the_same_headset_is_opened_again(desk: Room, plugged: list[SoundCard]) -> None:
    plugged.append(BACK)
    chen = sits_down(desk, "8001", card=BACK.key)
    desk.floor.seats.clear()
    desk.desk.seating.restore()
    assert worn(desk.seat(chen)).card == BACK.key
    assert desk.ask("seat", chen)["state"] == "ready"
    with desk.ledger.reading() as tx:
        assert {(row.device, row.card) for row in tx.execute(agent_states.select())} == {("headset", BACK.key)}


def test_from_headset_to_page_the_headset_is_let_go(desk: Room) -> None:
    chen = sits_down(desk, "8001")
    left = worn(desk.seat(chen))
    desk.ask("sign_in", chen, device="browser")
    assert left.is_stopped
    assert not desk.ask("seat", chen)["has_sound"]
    assert desk.asks["headsets"]({})["headsets"][0]["used_by"] is None


def test_who_is_muted_is_heard_by_nobody_and_in_the_next_talk_again(desk: Room) -> None:
    chen = sits_down(desk, "8001")
    for is_muted in (True, False):
        desk.caller()
        desk.passes(1)
        desk.ask("answer", chen)
        talk = desk.talk(chen)
        own = talk.leg_of(chen)
        assert own is not None
        assert not desk.ask("seat", chen)["talk"]["is_muted"]
        if is_muted:
            assert desk.ask("mute", chen, on=True)["talk"]["is_muted"]
        desk.ask("hang_up", chen)
        desk.ask("wrapped_up", chen)
