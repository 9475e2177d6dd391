"""Whom an agent may call: no spelling of a number gets round the rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic.call_classes import Rule, Verdict, may_call
from firmware.clinic.desk_settings import CallClass, DeskSettings
from firmware.modem.numbering import digits_to_dial

SETTINGS = DeskSettings(
    call_classes=(
        CallClass("none"),
        CallClass("town", prefixes=("2", "3", "4", "5", "6", "7", "8", "021"), longest_s=300),
        CallClass("local", tuple("0123456789"), ("168", "160")),
        CallClass("abroad", (*"0123456789", "+"), ("168", "160", "+53")),
    )
)
_WIDE = str.maketrans("0123456789+", "０１２３４５６７８９＋")

digits = st.text("0123456789", min_size=1, max_size=12)
separators = st.sampled_from(["", " ", "-", ".", "\u3000", "\u200b", "()", " / "])


@st.composite
def spellings(draw: st.DrawFn, number: st.SearchStrategy[str]) -> str:
    """The number with a prefix that people use, separated anyhow, some of it in full width."""
    written = draw(st.sampled_from(["", "+86", "0086", "00086", "0", "+0086"])) + draw(number)
    parts = [each + draw(separators) for each in written]
    return "".join(each.translate(_WIDE) if draw(st.booleans()) else each for each in parts)


premium = st.builds("{}{}".format, st.sampled_from(["168", "160"]), digits)
areas = st.sampled_from(["010", "021", "0755"])
access_codes = st.sampled_from(["17951", "17909", "11808"])  # of networks that carry calls cheaply
carriers = st.sampled_from(["193", "190"]) | access_codes
foreign = st.from_regex(r"[1-79][0-9]{7,12}", fullmatch=True)
outlandish = st.builds("{}{}".format, st.sampled_from(["+", "00", "000", "+00"]), foreign)


@pytest.mark.parametrize("class_key", ["none", "town", "local", "abroad", "no such class"])
@pytest.mark.parametrize("number", ["110", "119", "120", "122", "112", "１２０", "1 2 0", "+86 120", "0086-119"])
def test_help_can_always_be_called(class_key: str, number: str) -> None:
    assert may_call(SETTINGS, class_key, number) == Verdict(True)


@pytest.mark.parametrize(
    ("class_key", "number", "is_allowed"),
    [
        ("none", "13800000001", False),
        ("town", "61230001", True),
        ("town", "021 6123 0001", True),
        ("town", "+86 21 6123 0001", True),
        ("town", "010 6123 0001", False),
        ("town", "13800000001", False),
        ("local", "13800000001", True),
        ("local", "+8613800000001", True),
        ("local", "0755 2612 3456", True),
        ("local", "400 812 3123", True),
        ("local", "12345", True),
        ("local", "95588", True),
        ("local", "021 95588", True),
        ("local", "+1 415 555 0100", False),
        ("local", "1685885", False),
        ("local", "021 1685885", False),
        ("local", "17951 0014155550100", False),
        ("abroad", "+1 415 555 0100", True),
        ("abroad", "0014155550100", True),
        ("abroad", "+53 7 8312345", False),
        ("abroad", "+0053 7 8312345", False),
        ("no such class", "13800000001", False),
        ("local", "*72110", False),
        ("local", "110;ATH", False),
        ("local", "", False),
    ],
)
def test_whom_a_class_may_call(class_key: str, number: str, is_allowed: bool) -> None:
    verdict = may_call(SETTINGS, class_key, number)
    assert verdict.is_allowed == is_allowed
    assert (verdict.refused_by is None) == is_allowed


@pytest.mark.parametrize(
    ("class_key", "number", "rule"),
    [
        ("local", "1685885", Rule.PREMIUM),
        ("none", "021 1685885", Rule.PREMIUM),
        ("town", "010 6123 0001", Rule.LONG_DISTANCE),
        ("local", "+1 415 555 0100", Rule.ABROAD),
        ("abroad", "+53 7 8312345", Rule.FORBIDDEN),
        ("town", "13800000001", Rule.NOT_IN_CLASS),
        ("no such class", "13800000001", Rule.NO_CLASS),
        ("local", "8999", Rule.NO_NUMBER),
        ("local", "*72110", Rule.NO_NUMBER),
    ],
)
def test_a_refusal_says_by_which_rule(class_key: str, number: str, rule: Rule) -> None:
    assert may_call(SETTINGS, class_key, number).refused_by is rule


def test_a_call_may_be_limited_in_time_but_never_one_for_help() -> None:
    assert may_call(SETTINGS, "town", "61230001").longest_s == 300
    assert may_call(SETTINGS, "town", "120").longest_s == 0


def test_the_emergency_numbers_are_the_clinics() -> None:
    settings = replace(SETTINGS, emergency_numbers=("110", "119", "120", "999"))
    assert may_call(settings, "none", "999").is_allowed
    assert not may_call(SETTINGS, "none", "999").is_allowed


@given(spellings(premium | st.builds("{}{}".format, areas, premium) | st.builds("{}{}".format, access_codes, premium)))
def test_no_spelling_gets_round_a_forbidden_number(number: str) -> None:
    for class_key in ("none", "town", "local"):
        assert not may_call(SETTINGS, class_key, number).is_allowed


@given(spellings(outlandish | st.builds("{}{}".format, carriers, outlandish)))
def test_no_spelling_leads_abroad(number: str) -> None:
    if may_call(SETTINGS, "local", number).is_allowed:
        dialled = digits_to_dial(number, "cn")
        assert not dialled.startswith("00")
        assert not any(dialled.startswith(carrier + "00") for carrier in ("17951", "17909", "193", "190"))


@given(st.text(max_size=30))
def test_whatever_is_written_there_is_a_verdict(number: str) -> None:
    verdict = may_call(SETTINGS, "abroad", number)
    assert verdict.is_allowed == (verdict.refused_by is None)
