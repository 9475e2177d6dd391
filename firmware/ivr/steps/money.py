"""Whether the account can pay before anything is chosen (the exact template asks first)."""

from __future__ import annotations

from datetime import timedelta

from firmware.clinic import accounts, schedule
from firmware.clinic.roster import Session
from firmware.ivr.steps.memory import needed
from firmware.ivr.visit import Did, Memory, Step, Visit
from firmware.language.values import Money

WEEK = 7


def check_money(visit: Visit, memory: Memory) -> Did:
    """Whether the account pays for the cheapest visit; somebody without an account pays at the desk."""
    account = accounts.account(visit.tx, needed(memory, "patient"))
    if account is None:
        return Did("enough")
    fees = [each.fee_cents for ahead in range(WEEK) for each in _sessions(visit, ahead)]
    missing = min(fees, default=0) - account.available_cents
    words = {"balance": Money(account.available_cents)}
    if missing > 0:
        return Did("short", words={**words, "missing": Money(missing)}, is_news=True)
    return Did("enough", words=words)


def _sessions(visit: Visit, ahead: int) -> list[Session]:
    return schedule.on_duty(visit.tx, visit.today + timedelta(days=ahead))


STEPS = {"check-money": Step(check_money, ("enough", "short"), ("balance", "missing"))}
