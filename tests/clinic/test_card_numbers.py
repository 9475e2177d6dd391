from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic.card_numbers import check_digit, is_valid


@pytest.mark.parametrize("number", ["100016", "100024", "100032", "100040"])
def test_the_sample_cards_are_valid(number: str) -> None:
    assert is_valid(number)


@pytest.mark.parametrize("number", ["", "0", "100017", "10001６", "10 016", "-18", "1" * 20, "一二"])
def test_what_is_no_card_number(number: str) -> None:
    assert not is_valid(number)


@given(st.text("0123456789", min_size=1, max_size=11), st.data())
def test_one_wrong_digit_is_always_noticed(digits: str, data: st.DataObject) -> None:
    number = digits + check_digit(digits)
    assert is_valid(number)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert not is_valid(number[:place] + wrong + number[place + 1 :])
