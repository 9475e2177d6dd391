"""An agent's page goes in the middle of a talk and comes back: everybody is where they were."""

from __future__ import annotations

from sqlalchemy import select

from firmware.acd.floor import Seat
from firmware.acd.handing import Requeue
from firmware.acd.talk import Leg, Talk
from firmware.acd.waiting import somebody_serves
from firmware.storage.call_schema import call_events
from tests.acd.desk import Page, Room


def talks(desk: Room) -> tuple[Seat, Talk, Leg]:
    """An agent, their talk, and the caller in it."""
    user_id = desk.comes_to_work("8001")
    desk.caller()
    desk.desk.look()
    desk.ask("answer", user_id)
    seat = desk.seat(user_id)
    seat.lost_since = None
    talk = seat.talk
    assert talk is not None
    assert talk.caller is not None
    return seat, talk, talk.caller


def goes(desk: Room, seat: Seat) -> None:
    """The page, or the web process that carried its sound."""
    assert seat.sound is not None
    seat.sound.stop()
    desk.desk.look()


def comes_back(desk: Room, seat: Seat) -> None:
    seat.sound, seat.lost_since = Page(), None
    desk.desk.parking.unpark(seat)


def journal(desk: Room) -> list[str]:
    with desk.ledger.reading() as tx:
        wanted = select(call_events.c.detail).where(call_events.c.kind == "desk").order_by(call_events.c.id)
        return list(tx.execute(wanted).scalars())


def test_a_caller_whose_agent_is_gone_waits_with_music_and_the_journal_says_so(desk: Room) -> None:
    seat, _, caller = talks(desk)
    goes(desk, seat)
    assert caller.is_held
    assert journal(desk)[-1] == "parked"
    comes_back(desk, seat)
    assert not caller.is_held
    assert journal(desk)[-2:] == ["parked", "resumed"]


def test_who_was_on_hold_is_on_hold_when_the_page_is_back(desk: Room) -> None:
    seat, _, caller = talks(desk)
    desk.ask("hold", seat.user_id)
    goes(desk, seat)
    comes_back(desk, seat)
    assert caller.is_held, "nobody is heard by an agent who has put them on hold"


def test_who_is_with_the_menus_stays_there_when_the_page_is_back(desk: Room) -> None:
    seat, talk, caller = talks(desk)
    desk.ask("to_flow", seat.user_id, to="identify")
    goes(desk, seat)
    comes_back(desk, seat)
    assert (talk.is_away, caller.is_held) == (True, True)


def test_a_page_that_stays_away_gives_its_caller_to_the_head_of_the_queue(desk: Room) -> None:
    seat, talk, _ = talks(desk)
    goes(desk, seat)
    desk.passes(desk.settings.parked_s - 1)
    assert seat.talk is talk
    desk.passes(1)
    assert seat.talk is None
    assert talk.caller_goes == Requeue("reception", is_urgent=True)


def test_the_queue_waits_for_a_page_that_may_come_back_and_for_no_other(desk: Room) -> None:
    seat, _, _ = talks(desk)
    waiting = desk.caller("13800000002")
    goes(desk, seat)
    assert somebody_serves(desk.floor, desk.settings.queue("reception")), "a reload sends nobody in the queue away"
    comes_back(desk, seat)
    desk.ask("hang_up", seat.user_id)
    desk.ask("wrapped_up", seat.user_id)
    goes(desk, seat)
    assert waiting.ringing is None, "who has no sound is not rung"
    desk.passes(desk.settings.parked_s)
    assert not somebody_serves(desk.floor, desk.settings.queue("reception"))
