"""One person's number has one writing in the ledger, whatever the network or the desk made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.phone_number import NotANumber, international, is_diallable, is_mobile, normalise


@pytest.mark.parametrize(
    "written",
    [
        "13800000002", "+8613800000002", "008613800000002", "8613800000002", "138-0000/0002", " 138 0000 0002 ",
        "(138) 0000-0002", "+86 138.0000.0002", "１３８０００００００２", "\u202a13800000002\u202c",
    ],
)  # fmt: skip
def test_a_mobile_number_has_one_normal_form(written: str) -> None:
    assert normalise(written) == "13800000002"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("021-6123 0001", "02161230001"),
        ("+86 21 6123 0001", "02161230001"),
        ("+86 10 1234 5678", "01012345678"),
        ("10086", "10086"),
        ("+8610086", "10086"),
        ("+86 951 1234567", "09511234567"),
        ("+8695588", "95588"),
        ("106980095511", "106980095511"),
        ("+86106980095511", "106980095511"),
        ("+864008001234", "4008001234"),
        ("+14155550100", "+14155550100"),
        ("0014155550100", "+14155550100"),
        ("+44 20 7946 0000", "+442079460000"),
        ("110", "110"),
    ],
)
def test_other_numbers_are_kept_as_dialled_inside_the_country(written: str, kept: str) -> None:
    assert normalise(written) == kept


@pytest.mark.parametrize(
    "junk",
    ["", "12", "Bank", "138;AT+CMGD=1,4", "+", "++8613800000001", "1" * 16, "*100#", "+8612", "00"],
)
def test_what_is_no_number_is_refused(junk: str) -> None:
    with pytest.raises(NotANumber):
        normalise(junk)


@given(st.text(max_size=30))
def test_no_text_breaks_it_and_the_normal_form_is_stable(text: str) -> None:
    try:
        kept = normalise(text)
    except NotANumber:
        return
    assert is_diallable(kept)
    assert normalise(kept) == kept
    assert is_diallable(international(kept))
    assert normalise(international(kept)) == kept


@given(st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True))
def test_every_number_has_a_stable_normal_form_and_survives_the_network(number: str) -> None:
    try:
        kept = normalise(number)
    except NotANumber:
        return
    assert normalise(kept) == kept
    assert normalise(international(kept)) == kept


@pytest.mark.parametrize(
    ("kept", "sent"),
    [
        ("13800000001", "+8613800000001"),
        ("02161230001", "+862161230001"),
        ("10086", "10086"),
        ("+14155550100", "+14155550100"),
    ],
)
def test_numbers_are_written_for_the_network(kept: str, sent: str) -> None:
    assert international(kept) == sent


@pytest.mark.parametrize("number", ["13800000001", "+8613800000001", "110"])
def test_digits_may_be_dialled(number: str) -> None:
    assert is_diallable(number)


@pytest.mark.parametrize(
    "number", ["", "12", "138;", "13800000001\n", "١٢٣٤", "138 0000 0001", "13800000001,,1", "T123"]
)
def test_nothing_but_digits_reaches_a_modem(number: str) -> None:
    assert not is_diallable(number)


def test_only_mobiles_can_be_texted() -> None:
    assert is_mobile("13800000001")
    assert is_mobile("+14155550100")
    assert not is_mobile("02161230001")
