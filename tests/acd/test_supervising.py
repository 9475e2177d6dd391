"""Supervisors: whoever is forced knows by whom and why; nobody listens who is not there."""

from typing import Any

import pytest
from sqlalchemy import select

from firmware.acd.errors import WrongState
from firmware.storage.call_schema import call_events
from firmware.storage.desk_schema import agent_states
from firmware.storage.staff_schema import audit
from tests.acd.desk import Page, Room

WHY = "the meeting has begun"


def talks(desk: Room, extension: str = "8001") -> int:
    """An agent who talks to a caller."""
    user_id = desk.comes_to_work(extension)
    desk.caller()
    desk.desk.look()
    desk.ask("answer", user_id)
    return user_id


def listens(desk: Room, agent: int, how: str = "listen") -> int:
    """A supervisor who takes part in the agent's call."""
    sun = desk.comes_to_work("8100")
    desk.ask(how, sun, agent=agent)
    return sun


@pytest.mark.parametrize("state", ["ready", "not-ready", "offline"])
def test_who_is_forced_is_told_why_and_the_ledger_keeps_it(desk: Room, state: str) -> None:
    chen = desk.comes_to_work("8001")
    desk.asks["force"]({"agent": chen, "state": state, "by": "sun", "reason": WHY})
    assert desk.ask("seat", chen)["notice"]["reason"] == WHY
    with desk.ledger.reading() as tx:
        row = tx.execute(select(agent_states).where(agent_states.c.until.is_(None))).one()
    assert (row.state, row.reason, row.by) == (state, WHY, "sun")


def test_whose_call_is_ended_is_told_why_and_the_journal_of_the_call_keeps_it(desk: Room) -> None:
    chen = talks(desk)
    desk.asks["release"]({"agent": chen, "by": "sun", "reason": WHY})
    assert desk.ask("seat", chen)["notice"] == {"kind": "released", "by": "sun", "reason": WHY}
    with desk.ledger.reading() as tx:
        told = tx.execute(select(call_events.c.detail).where(call_events.c.kind == "desk")).scalars()
        assert f"released by sun {WHY}" in list(told)


def test_an_agent_gives_reasons_of_the_list_only(desk: Room) -> None:
    chen = desk.comes_to_work("8001")
    with pytest.raises(ValueError, match="reason is one of"):
        desk.ask("not_ready", chen, reason=WHY)


def trail(desk: Room) -> list[Any]:
    with desk.ledger.reading() as tx:
        return list(tx.execute(select(audit.c.who, audit.c.what, audit.c.detail)))


def test_a_supervisor_whose_browser_crashed_listens_no_more(desk: Room) -> None:
    chen = talks(desk)
    sun = listens(desk, chen, "whisper")
    desk.page(sun).is_lost = True
    desk.passes(1)
    desk.passes(desk.settings.parked_s - 2)
    assert desk.ask("seat", chen)["supervised_by"], "a reload of the page is no end"
    desk.passes(3)
    assert desk.ask("seat", chen)["supervised_by"] is None
    assert desk.ask("seat", sun)["supervises"] is None
    assert desk.talk(chen).leg_of(sun) is None
    assert trail(desk) == [("box", "supervision ended", "8100, 8001")]


def test_a_supervisor_whose_page_comes_back_in_time_listens_on(desk: Room) -> None:
    chen = talks(desk)
    sun = listens(desk, chen)
    desk.page(sun).is_lost = True
    desk.passes(1)
    desk.page(sun).is_lost = False
    desk.seat(sun).lost_since = None
    desk.passes(desk.settings.parked_s)
    assert desk.ask("seat", chen)["supervised_by"]
    assert not trail(desk)


def test_a_supervisor_who_signs_out_listens_no_more(desk: Room) -> None:
    chen = talks(desk)
    sun = listens(desk, chen)
    desk.ask("not_ready", sun, reason="break")
    desk.ask("sign_out", sun)
    desk.passes(1)
    assert desk.ask("seat", chen)["supervised_by"] is None


def test_a_supervisor_with_a_call_of_their_own_is_heard_by_nobody_else(desk: Room) -> None:
    chen = talks(desk)
    sun = listens(desk, chen, "barge")
    desk.caller("13800000002")
    desk.desk.look()
    desk.ask("answer", sun)
    assert desk.talk(chen).leg_of(sun) is None
    assert desk.ask("seat", chen)["supervised_by"] is None
    with pytest.raises(WrongState):
        desk.ask("listen", sun, agent=chen)


# ---- somebody on hold ----


def beeps(desk: Room, page: Page, seconds: float) -> int:
    """How often it beeps on a page in so long."""
    count = 0
    for _ in range(round(seconds)):
        desk.passes(1)
        heard = [bool(page.port.speak().any()) for _ in range(50)]
        count += any(heard)
    return count


def test_who_keeps_a_caller_on_hold_is_reminded_and_nobody_else(desk: Room) -> None:
    chen = talks(desk)
    talk = desk.talk(chen)
    desk.ask("hold", chen)
    assert beeps(desk, desk.page(chen), 59) == 0
    assert beeps(desk, desk.page(chen), 121) == 3
    assert desk.ask("seat", chen)["talk"]["held_since"] == desk.seat(chen).held_since.isoformat()  # type: ignore[union-attr]
    desk.ask("resume", chen)
    assert beeps(desk, desk.page(chen), 90) == 0
    assert desk.ask("seat", chen)["talk"]["held_since"] is None
    assert talk.caller is not None
    desk.ask("hold", chen)
    assert beeps(desk, desk.page(chen), 59) == 0, "every hold has its own time"
