"""Scenario S26: what a text costs, counted as the network counts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.sms_parts import GSM7_BASIC, Coding, TooManyParts, check_parts, coding_of, parts_of, plainer, split

S26 = [
    ("a" * 160, 1),
    ("a" * 161, 2),
    ("a" * 306, 2),
    ("a" * 307, 3),
    ("a" * 159 + "€", 2),
    ("药" * 70, 1),
    ("药" * 71, 2),
    ("药" * 134, 2),
    ("药" * 135, 3),
    ("a" * 69 + "’", 1),
    ("a" * 70 + "’", 2),
    ("😀" * 35, 1),
    ("😀" * 36, 2),
]


@pytest.mark.parametrize(("text", "parts"), S26)
def test_s26_counts_parts(text: str, parts: int) -> None:
    assert parts_of(text) == parts


def test_s26_suggests_the_straight_quote() -> None:
    assert plainer("a" * 70 + "’") == "a" * 70 + "'"
    assert plainer("“see you at 8:30” – Clinic…") == '"see you at 8:30" - Clinic...'


def test_nothing_is_suggested_where_it_saves_nothing() -> None:
    assert plainer("see you at 8:30, that's £5") is None
    assert plainer("“八点半见”") is None


def test_s26_a_text_above_the_clinics_limit_is_refused() -> None:
    check_parts("药" * 134, 2)
    with pytest.raises(TooManyParts) as refused:
        check_parts("药" * 135, 2)
    assert (refused.value.parts, refused.value.limit) == (3, 2)


def test_an_emoji_that_does_not_fit_moves_whole_to_the_next_part() -> None:
    assert split("药" * 66 + "😀" + "药" * 5).parts == ("药" * 66, "😀" + "药" * 5)


def test_a_euro_that_does_not_fit_moves_whole_to_the_next_part() -> None:
    assert split("a" * 152 + "€" + "b" * 20).parts == ("a" * 152, "€" + "b" * 20)


def test_the_alphabet_is_complete() -> None:
    assert len(GSM7_BASIC) == 128
    assert (GSM7_BASIC[0x00], GSM7_BASIC[0x24], GSM7_BASIC[0x41], GSM7_BASIC[0x5B], GSM7_BASIC[0x7F]) == tuple("@¤AÄà")
    assert coding_of("\x1b") is Coding.UCS2


def test_an_empty_text_is_one_part() -> None:
    assert split("").parts == ("",)


@given(st.text(alphabet=st.characters(), max_size=600))
def test_parts_join_to_the_text_and_none_is_too_long(text: str) -> None:
    whole = split(text)
    joined = "".join(whole.parts)
    assert joined == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") or "\ufffd" in joined
    limit = (
        (160 if len(whole.parts) == 1 else 153)
        if whole.coding is Coding.GSM7
        else (70 if len(whole.parts) == 1 else 67)
    )
    for part in whole.parts:
        units = part.encode("utf-16-be")  # raises on half an emoji
        if whole.coding is Coding.UCS2:
            assert len(units) // 2 <= limit


@given(st.text(alphabet=GSM7_BASIC.replace("\x1b", "") + "€[]{}~^|\\\f", max_size=700))
def test_latin_parts_join_to_the_text(text: str) -> None:
    whole = split(text)
    assert whole.coding is Coding.GSM7
    assert "".join(whole.parts) == text
    limit = 160 if len(whole.parts) == 1 else 153
    assert all(sum(2 if c in "€[]{}~^|\\\f" else 1 for c in part) <= limit for part in whole.parts)


@given(st.text(max_size=300))
def test_a_plainer_text_is_cheap(text: str) -> None:
    plain = plainer(text)
    assert plain is None or coding_of(plain) is Coding.GSM7
