"""Patients who would rather be called back than wait, and telephones that the box calls."""

from __future__ import annotations

from firmware.modem.virtual.client import PhoneCall
from tests.scenarios.people import Person, is_connected
from tests.scenarios.stage import Caller, Stage


def waits_and_wants_a_callback(stage: Stage, number: str) -> None:
    caller = stage.ring("L2", number)
    caller.press("0")
    caller.hears_prompt("desk.offer_callback", within_s=120)
    caller.press("1")
    caller.hears_prompt("desk.confirm_callback")
    caller.press("1")
    caller.hears_prompt("desk.callback_kept")
    caller.is_released()


def picks_up(stage: Stage, number: str, within_s: float = 60.0) -> Caller:
    """The telephone of `number` rings and is answered."""
    phone = stage.network.phone(number)
    phone.wait_for_ring(within_s)
    call: PhoneCall = phone.answer()
    return Caller(stage, call)


def owes_a_callback(stage: Stage, agent: Person, number: str) -> None:
    """Somebody wanted one while the agent was in a call, and the agent is ready again."""
    first = is_connected(stage, agent)
    waits_and_wants_a_callback(stage, number)
    first.hang_up()
    agent.is_in("wrap-up")
    agent.ask("wrapped_up")
