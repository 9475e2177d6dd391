"""The arithmetic of guessing: what a guesser who never sleeps gets in a day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.staff.back_off import BackOff
from firmware.staff.sign_in import LOGIN, PAIR, SOURCE, WINDOW_S

ANY = st.builds(BackOff, free=st.integers(0, 50), first_s=st.floats(0.1, 100), most_s=st.floats(100, 10_000))


@given(ANY, st.integers(0, 10_000))
def test_each_failure_makes_the_wait_longer_never_shorter_up_to_the_longest(back_off: BackOff, failures: int) -> None:
    shorter, longer = back_off.wait_s(failures), back_off.wait_s(failures + 1)
    assert 0 <= shorter <= longer <= back_off.most_s
    assert longer <= max(back_off.first_s, 2 * shorter), "never more than twice the one before"


@given(ANY)
def test_mistyping_is_free_and_then_it_begins_small(back_off: BackOff) -> None:
    assert [back_off.wait_s(failures) for failures in range(back_off.free)] == [0] * back_off.free
    assert back_off.wait_s(back_off.free) == back_off.first_s
    assert back_off.wait_s(10**9) == back_off.most_s, "in no time at all"


@pytest.mark.parametrize(("back_off", "guesses"), [(PAIR, 105), (SOURCE, 120), (LOGIN, 311)])
def test_a_guesser_who_never_sleeps_gets_as_many_guesses_a_day_as_is_written(back_off: BackOff, guesses: int) -> None:
    days, moment_s, made = 10, 0.0, list[float]()
    while moment_s < days * WINDOW_S:
        recent = [each for each in made if each > moment_s - WINDOW_S]
        if recent and recent[-1] + back_off.wait_s(len(recent)) > moment_s:
            moment_s = recent[-1] + back_off.wait_s(len(recent))
            continue
        made.append(moment_s)
    by_day = [sum(day <= each / WINDOW_S < day + 1 for each in made) for day in range(days)]
    assert by_day[0] == max(by_day) == guesses
