"""What the desk refuses, and what it keeps straight whatever pages ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from firmware.acd.errors import (
    NoAgent,
    NoSound,
    NoSuchExtension,
    NoTalk,
    NothingRings,
    NotSignedIn,
    TransferLoop,
    TransferToOneself,
    WrongState,
)
from firmware.acd.handing import MOST_TRANSFERS, Requeue
from firmware.storage.desk_schema import agent_states, offers, queue_entries
from tests.acd.desk import Page, Room

IN_A_TALK: dict[str, dict[str, Any]] = {
    "hold": {}, "resume": {}, "digits": {"keys": "1"}, "record": {"on": False}, "hang_up": {},
    "consult": {"to": "8002"}, "join": {}, "complete": {}, "cancel_consult": {}, "transfer": {"to": "8002"},
    "to_flow": {"to": "back"},
}  # fmt: skip


def talks(desk: Room, extension: str = "8001") -> int:
    """An agent who talks to a caller."""
    user_id = desk.comes_to_work(extension)
    desk.caller()
    desk.desk.look()
    desk.ask("answer", user_id)
    return user_id


@pytest.mark.parametrize("verb", IN_A_TALK)
def test_a_page_that_lies_about_a_talk_is_refused(desk: Room, verb: str) -> None:
    user_id = desk.comes_to_work("8001")
    with pytest.raises(NoTalk):
        desk.ask(verb, user_id, **IN_A_TALK[verb])
    with pytest.raises(NotSignedIn):
        desk.ask(verb, 99, **IN_A_TALK[verb])
    assert desk.seat(user_id).state == "ready"


@pytest.mark.parametrize("nonsense", [{}, {"user": "1"}, {"user": True}, {"user": -1}, {"user": None}])
def test_requests_that_are_none_are_refused(desk: Room, nonsense: dict[str, Any]) -> None:
    for verb in desk.asks.keys() - {"desk", "headsets"}:
        with pytest.raises(ValueError, match=" is "):
            desk.asks[verb](nonsense)


def test_who_has_no_extension_takes_no_calls(desk: Room) -> None:
    with pytest.raises(NoAgent):
        desk.ask("sign_in", 5, device="browser")


def test_a_page_without_sound_is_rung_by_nobody_and_answers_nothing(desk: Room) -> None:
    user_id = desk.comes_to_work("8001")
    page = desk.seat(user_id).sound
    assert isinstance(page, Page)
    desk.caller()
    desk.desk.look()
    page.is_lost = True
    with pytest.raises(NoSound):
        desk.ask("answer", user_id)
    desk.passes(16)
    assert desk.seat(user_id).state == "ready"
    desk.passes(1)
    assert desk.seat(user_id).ringing is None
    desk.passes(40)
    assert (desk.seat(user_id).state, desk.seat(user_id).reason) == ("not-ready", "page-gone")


def test_only_one_takes_a_call(desk: Room) -> None:
    first, second = desk.comes_to_work("8001"), desk.comes_to_work("8002")
    desk.caller()
    desk.desk.look()
    rung, other = (first, second) if desk.seat(first).ringing else (second, first)
    with pytest.raises(NothingRings):
        desk.ask("answer", other)
    desk.ask("pick_up", other, extension=desk.seat(rung).agent.extension)
    assert desk.seat(other).state == "talking"
    assert desk.seat(rung).state == "ready"
    with pytest.raises(NothingRings):
        desk.ask("answer", rung)
    with desk.ledger.reading() as tx:
        assert sorted(tx.execute(select(offers.c.outcome)).scalars()) == ["withdrawn"]


def test_a_call_that_goes_in_a_circle_is_stopped_and_unharmed(desk: Room) -> None:
    user_id = talks(desk)
    desk.comes_to_work("8002")
    talk = desk.talk(user_id)
    talk.transfers = MOST_TRANSFERS
    with pytest.raises(TransferLoop):
        desk.ask("transfer", user_id, to="8002")
    with pytest.raises(TransferToOneself):
        desk.ask("transfer", user_id, to="8001")
    with pytest.raises(NoSuchExtension):
        desk.ask("transfer", user_id, to="queue:nowhere")
    assert desk.seat(user_id).talk is talk
    caller = talk.caller
    assert caller is not None
    assert not caller.is_held


def test_a_transfer_keeps_the_turn_and_wishes_for_the_colleague(desk: Room) -> None:
    user_id = talks(desk)
    liu = desk.comes_to_work("8002")
    talk = desk.talk(user_id)
    desk.ask("transfer", user_id, to="8002")
    assert talk.over.is_set()
    assert talk.caller_goes == Requeue("reception", liu, is_urgent=True)
    assert desk.seat(user_id).state == "wrap-up"


def test_the_work_after_a_call_has_its_own_time(desk: Room) -> None:
    user_id = talks(desk)
    desk.ask("hang_up", user_id)
    desk.caller("13800000002")
    desk.passes(19)
    assert desk.seat(user_id).state == "wrap-up", "no second call comes in"
    desk.passes(2)
    assert desk.seat(user_id).state == "ringing"


def test_nobody_signs_out_of_a_call(desk: Room) -> None:
    user_id = talks(desk)
    for verb, details in (("sign_out", {}), ("ready", {}), ("not_ready", {"reason": "meal"})):
        with pytest.raises(WrongState):
            desk.ask(verb, user_id, **details)


def test_what_a_restart_cut_short_is_closed_and_agents_are_where_they_were(desk: Room, tmp_path: Path) -> None:
    talking = talks(desk)
    paused = desk.comes_to_work("8002")
    desk.ask("not_ready", paused, reason="meal")
    desk.caller("13800000002")
    desk.ledger.close()
    again = Room(tmp_path)
    again.desk.start()
    again.desk.stop()
    assert (again.seat(talking).state, again.seat(paused).state) == ("ready", "not-ready")
    assert len(again.clinic.missed) == 2, "who waited and who was being spoken with are called back"
    with again.ledger.reading() as tx:
        assert sorted(tx.execute(select(queue_entries.c.state)).scalars()) == ["abandoned", "answered"]
        now = tx.execute(select(agent_states.c.state).where(agent_states.c.until.is_(None))).scalars()
        assert sorted(now) == ["not-ready", "ready"]
    again.ledger.close()
