from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from firmware.staff import passwords, sign_in, users
from firmware.staff.errors import TooManyTries, WrongLogin
from firmware.staff.records import User
from firmware.storage import audit
from firmware.storage.ledger import Ledger
from firmware.storage.staff_schema import known_sources, login_failures
from tests.staff.colleagues import LI_PASSWORD, OWNER_PASSWORD, hire_li, hire_owner

OFFICE, DESK, HOME, STRANGER = "192.168.1.10", "192.168.1.11", "192.168.1.50", "192.168.1.99"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _staff(ledger: Ledger, now: datetime) -> None:
    with ledger.transaction() as tx:
        hire_owner(tx, now)
        hire_li(tx, now)


@pytest.fixture
def owner_knows_the_office(ledger: Ledger, now: datetime) -> None:
    sign_in.sign_in(ledger, now, "admin", OWNER_PASSWORD, OFFICE)


@pytest.fixture
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords in these stories are either right or wrong; hashing thousands of them proves nothing more."""
    monkeypatch.setattr(passwords, "matches", lambda kept, typed: kept is not None and typed == OWNER_PASSWORD)


def owner(ledger: Ledger, now: datetime, source: str) -> User:
    return sign_in.sign_in(ledger, now, "admin", OWNER_PASSWORD, source)


def guess(ledger: Ledger, now: datetime, login: str, source: str) -> int:
    """A wrong password; the seconds to wait if it is not even looked at."""
    try:
        sign_in.sign_in(ledger, now, login, "wrong", source)
    except WrongLogin:
        return 0
    except TooManyTries as refusal:
        return refusal.retry_after_s
    raise AssertionError("the wrong password was right")


def hammer(ledger: Ledger, now: datetime, login: str, source: str, times: int) -> None:
    """As many counted guesses, waiting as long as is asked in between; all end before `now`."""
    moment = now - DAY / 2
    while times:
        wait_s = guess(ledger, moment, login, source)
        moment += timedelta(seconds=wait_s)
        times -= not wait_s
    assert moment < now


def failures(ledger: Ledger) -> int:
    with ledger.reading() as tx:
        return tx.execute(select(func.count()).select_from(login_failures)).scalar_one()


def test_login_and_password_open_the_door_and_that_is_written_down(ledger: Ledger, now: datetime) -> None:
    li = sign_in.sign_in(ledger, now, " LI.na", LI_PASSWORD, DESK)
    assert li.name == "李娜"
    assert failures(ledger) == 0
    with ledger.reading() as tx:
        newest = audit.latest(tx)[0]
    assert (newest.who, newest.what, newest.detail) == ("li.na", "sign-in", DESK)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("li.na", "wrong"),
        ("li.na", OWNER_PASSWORD),
        ("nobody", LI_PASSWORD),
        ("", ""),
        ("x" * 10_000, "\ud800"),
        ("'--", "'"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(ledger: Ledger, now: datetime, login: str, password: str) -> None:
    with pytest.raises(WrongLogin) as refusal:
        sign_in.sign_in(ledger, now, login, password, DESK)
    assert str(refusal.value) == str(WrongLogin())
    assert failures(ledger) == 1


def test_who_was_switched_off_has_a_wrong_password(ledger: Ledger, now: datetime) -> None:
    with ledger.transaction() as tx:
        li = users.by_login(tx, "li.na")
        assert li is not None
        users.set_active(tx, li.id, is_active=False)
    with pytest.raises(WrongLogin):
        sign_in.sign_in(ledger, now, "li.na", LI_PASSWORD, DESK)


def test_the_fifth_wrong_password_costs_fifteen_seconds_and_each_further_one_twice_that(
    ledger: Ledger, now: datetime, quick_hash: None
) -> None:
    assert [guess(ledger, now, "admin", HOME) for _ in range(6)] == [0, 0, 0, 0, 0, 15]
    with pytest.raises(TooManyTries) as refusal:
        owner(ledger, now + timedelta(seconds=14.5), HOME)
    assert refusal.value.retry_after_s == 1, "too early, even the right one is not looked at"
    assert failures(ledger) == 5, "and what is not looked at does not count"
    now += timedelta(seconds=15)
    assert [guess(ledger, now, "admin", HOME) for _ in range(2)] == [0, 30]
    assert owner(ledger, now + timedelta(seconds=30), HOME).login == "admin"
    assert failures(ledger) == 0, "who is in begins anew"


def test_the_next_day_it_is_forgotten(ledger: Ledger, now: datetime, quick_hash: None) -> None:
    hammer(ledger, now, "admin", HOME, 8)
    assert [guess(ledger, now + DAY, "admin", HOME) for _ in range(6)] == [0, 0, 0, 0, 0, 15]


def test_a_stranger_who_hammers_on_admin_does_not_slow_down_the_admin(
    ledger: Ledger, now: datetime, quick_hash: None
) -> None:
    hammer(ledger, now, "admin", STRANGER, 15)
    assert guess(ledger, now, "admin", STRANGER) == 0
    assert guess(ledger, now, "admin", STRANGER) == 900
    assert owner(ledger, now, HOME).login == "admin", "at an address where nobody tried"


def test_many_machines_at_one_login_slow_down_only_new_places(
    ledger: Ledger, now: datetime, quick_hash: None, owner_knows_the_office: None
) -> None:
    for machine in range(20):
        assert guess(ledger, now, "admin", f"10.0.0.{machine}") == 0
    assert guess(ledger, now, "admin", "10.0.1.1") == 15, "a fresh machine waits like all"
    with pytest.raises(TooManyTries):
        owner(ledger, now, HOME)
    assert owner(ledger, now, OFFICE).login == "admin"
    assert guess(ledger, now, "li.na", "10.0.1.1") == 0, "the others are not concerned"


def test_one_machine_at_many_logins_is_slowed_down_but_not_who_works_there(
    ledger: Ledger, now: datetime, quick_hash: None, owner_knows_the_office: None
) -> None:
    for number in range(20):
        assert guess(ledger, now, f"guess{number}", OFFICE) == 0
    assert guess(ledger, now, "li.na", OFFICE) == 15
    assert owner(ledger, now, OFFICE).login == "admin"


def test_where_the_owner_works_guessing_is_slowed_down_all_the_same(
    ledger: Ledger, now: datetime, quick_hash: None, owner_knows_the_office: None
) -> None:
    assert [guess(ledger, now, "admin", OFFICE) for _ in range(6)] == [0, 0, 0, 0, 0, 15]


def test_a_place_is_known_for_ninety_days(
    ledger: Ledger, now: datetime, quick_hash: None, owner_knows_the_office: None
) -> None:
    for days, is_known in ((89, True), (90, False)):
        later = now + days * DAY
        for machine in range(20):
            guess(ledger, later, "admin", f"10.0.{days}.{machine}")
        assert (guess(ledger, later, "admin", OFFICE) == 0) is is_known


def test_a_known_place_is_known_for_one_login_only(
    ledger: Ledger, now: datetime, quick_hash: None, owner_knows_the_office: None
) -> None:
    for machine in range(20):
        guess(ledger, now, "li.na", f"10.0.0.{machine}")
    assert guess(ledger, now, "li.na", OFFICE) == 15


def test_a_flood_of_logins_and_addresses_stops_at_the_boxs_limit(
    ledger: Ledger, now: datetime, quick_hash: None, owner_knows_the_office: None
) -> None:
    rows = [{"login": f"l{n}", "source": f"10.1.{n}.1", "at": now + timedelta(seconds=n)} for n in range(300)]
    with ledger.transaction() as tx:
        tx.execute(login_failures.insert(), rows)
    now += timedelta(seconds=300)
    assert guess(ledger, now, "fresh", "10.2.0.1") == 3300
    assert failures(ledger) == 300, "strangers write no more"
    assert owner(ledger, now, OFFICE).login == "admin"
    assert guess(ledger, now + timedelta(seconds=3300), "fresh", "10.2.0.1") == 0


def test_a_clock_that_was_wrong_locks_nobody_out(ledger: Ledger, now: datetime, quick_hash: None) -> None:
    next_year = now + 365 * DAY
    for _ in range(6):
        guess(ledger, next_year, "admin", HOME)
    assert owner(ledger, now, HOME).login == "admin"


def test_guesses_made_at_the_same_time_all_count(ledger: Ledger, now: datetime) -> None:
    with ThreadPoolExecutor(12) as pool:
        waits = list(pool.map(lambda _: guess(ledger, now, "admin", STRANGER), range(12)))
    assert sorted(waits) == [0] * 5 + [15] * 7


def test_hashing_holds_up_no_booking(ledger: Ledger, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def write_meanwhile(kept: str | None, typed: str) -> bool:
        with ledger.transaction() as tx:
            audit.record(tx, now, "desk", "book")
        written.append(typed)
        return False

    monkeypatch.setattr(passwords, "matches", write_meanwhile)
    guess(ledger, now, "admin", HOME)
    assert written == ["wrong"]


def test_old_failures_and_places_are_swept(ledger: Ledger, now: datetime, quick_hash: None) -> None:
    owner(ledger, now, HOME)
    guess(ledger, now, "admin", HOME)
    guess(ledger, now + DAY / 2, "admin", HOME)
    with ledger.transaction() as tx:
        sign_in.sweep(tx, now + DAY)
        assert tx.execute(select(func.count()).select_from(login_failures)).scalar_one() == 1
        assert tx.execute(select(func.count()).select_from(known_sources)).scalar_one() == 1
        sign_in.sweep(tx, now + 90 * DAY)
        assert tx.execute(select(func.count()).select_from(known_sources)).scalar_one() == 0


ATTACK = st.lists(
    st.tuples(
        st.integers(0, 1200),  # seconds since the guess before
        st.sampled_from(["admin", "admin", "li.na", "root"]),
        st.sampled_from([HOME, STRANGER, *(f"10.0.0.{n}" for n in range(8))]),
    ),
    max_size=80,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ATTACK)
def test_no_attack_from_elsewhere_keeps_the_owner_out_of_the_office(
    ledger: Ledger, now: datetime, quick_hash: None, attack: list[tuple[int, str, str]]
) -> None:
    with ledger.transaction() as tx:
        tx.execute(delete(login_failures))
    owner(ledger, now, OFFICE)
    for seconds, login, source in attack:
        now += timedelta(seconds=seconds)
        assert guess(ledger, now, login, source) <= 900, "and nobody waits longer than a quarter of an hour"
        assert isinstance(owner(ledger, now, OFFICE), User)
