"""A supervisor is known on the telephone by extension and PIN; nobody guesses it, and nobody else is let in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware.staff import agents, phone_pins, users
from firmware.staff.agents import Card
from firmware.staff.errors import WrongPin
from firmware.staff.rights import Role
from firmware.storage.ledger import Ledger, open_ledger

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path / "ledger.db")


def hire(ledger: Ledger, login: str, extension: str, role: Role = Role.SUPERVISOR) -> str:
    """Somebody with a phone PIN, which this returns."""
    with ledger.transaction() as tx:
        user = users.create(tx, NOW, login, login.title(), role, PASSWORD)
        agents.make(tx, user.id, Card(extension=extension))
        return phone_pins.renew(tx, user.id)


def check(ledger: Ledger, extension: str, pin: str, after_s: float = 0) -> str:
    with ledger.transaction() as tx:
        return phone_pins.check(tx, NOW + timedelta(seconds=after_s), extension, pin).login


def other(pin: str) -> str:
    return f"{(int(pin) + 1) % 1000000:06}"


def test_extension_and_pin_belong_together(ledger: Ledger) -> None:
    mei, lan = hire(ledger, "mei", "8100"), hire(ledger, "lan", "8101")
    assert check(ledger, "8100", mei) == "mei"
    for extension, pin in (("8100", lan), ("8101", mei), ("8102", mei), ("", ""), ("8100", "")):
        if mei != lan:
            with pytest.raises(WrongPin):
                check(ledger, extension, pin)


def test_who_supervises_nobody_is_not_let_in(ledger: Ledger) -> None:
    with pytest.raises(WrongPin):
        check(ledger, "8001", hire(ledger, "chen", "8001", Role.AGENT))


def test_who_is_switched_off_is_not_let_in(ledger: Ledger) -> None:
    hire(ledger, "boss", "8199", Role.ADMIN)
    pin = hire(ledger, "mei", "8100")
    with ledger.transaction() as tx:
        mei = users.by_login(tx, "mei")
        assert mei is not None
        users.set_active(tx, mei.id, False)
    with pytest.raises(WrongPin):
        check(ledger, "8100", pin)


def test_a_guesser_is_locked_out_for_an_hour_and_the_right_pin_too(ledger: Ledger) -> None:
    pin = hire(ledger, "mei", "8100")
    for _ in range(phone_pins.MOST_FAILURES - 1):
        with pytest.raises(WrongPin) as refusal:
            check(ledger, "8100", other(pin))
        assert not refusal.value.is_locked
    with pytest.raises(WrongPin) as refusal:
        check(ledger, "8100", other(pin))
    assert refusal.value.is_locked
    with pytest.raises(WrongPin):
        check(ledger, "8100", pin, after_s=phone_pins.LOCKED_S - 1)
    assert check(ledger, "8100", pin, after_s=phone_pins.LOCKED_S) == "mei"


def test_the_right_pin_forgives_earlier_mistakes(ledger: Ledger) -> None:
    pin = hire(ledger, "mei", "8100")
    for _ in range(3):
        for _ in range(phone_pins.MOST_FAILURES - 1):
            with pytest.raises(WrongPin):
                check(ledger, "8100", other(pin))
        assert check(ledger, "8100", pin) == "mei"


def test_a_new_pin_ends_the_old_one(ledger: Ledger) -> None:
    old = hire(ledger, "mei", "8100")
    with ledger.transaction() as tx:
        mei = users.by_login(tx, "mei")
        assert mei is not None
        new = phone_pins.renew(tx, mei.id)
    assert check(ledger, "8100", new) == "mei"
    if old != new:
        with pytest.raises(WrongPin):
            check(ledger, "8100", old)
