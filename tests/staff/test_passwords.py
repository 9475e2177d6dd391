from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.staff.errors import Weakness, WeakPassword
from firmware.staff.passwords import check_strength, hash_password, matches

GOOD = ["seven grey herons at noon", "雨点落在屋顶上真好听啊", "x7Kp2mQ9vL", "naïve-café-üble-zeit"]


def weakness(password: str, *own_words: str) -> Weakness:
    with pytest.raises(WeakPassword) as refusal:
        check_strength(password, *own_words)
    return refusal.value.reason


@pytest.mark.parametrize("password", GOOD)
def test_length_is_enough_in_any_script(password: str) -> None:
    check_strength(password, "li.na", "李娜", "康宁诊所")


@pytest.mark.parametrize("password", ["", "x7Kp2mQ9v", "雨点落在屋顶上真好"])
def test_nine_characters_are_too_short(password: str) -> None:
    assert weakness(password) == Weakness.TOO_SHORT


def test_a_password_has_a_longest_length() -> None:
    check_strength("x7Kp2mQ9vL" + "y" * 118)
    assert weakness("x7Kp2mQ9vL" + "y" * 119) == Weakness.TOO_LONG


@pytest.mark.parametrize("password", ["password123", "1234567890", "qwertyuiop", "P@ssw0rd12", "a" * 30, "啊" * 30])
def test_what_guessers_try_first_is_refused(password: str) -> None:
    assert weakness(password) == Weakness.COMMON


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("wang.xiuying2026", ("Wang.Xiuying",)),
        ("xiuyingwang12", ("wang.xiuying",)),
        ("康宁诊所康复路一号院", ("康宁诊所", "康复路一号院")),
        ("kangningclinic1", ("Kangning Clinic",)),
        ("Wang.20260302.Xiuying", ("wang.xiuying",)),
    ],
)
def test_the_owners_own_words_are_no_password(password: str, words: tuple[str, ...]) -> None:
    check_strength(password)
    assert weakness(password, *words) == Weakness.OWN_WORDS


def test_the_longest_hostile_password_is_judged_quickly() -> None:
    for hostile in ("a1!" * 42, "P@$$w0rd" * 16, "qwerty" * 21, "19.11.84" * 16, "\ud800" * 128):
        began = time.perf_counter()
        with pytest.raises(WeakPassword):
            check_strength(hostile)
        assert time.perf_counter() - began < 2


def test_the_hash_tells_nothing_and_knows_its_password() -> None:
    kept = hash_password(GOOD[0])
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert GOOD[0] not in kept
    assert kept != hash_password(GOOD[0]), "equal passwords don't show"
    assert matches(kept, GOOD[0])
    assert not matches(kept, GOOD[0].upper())


def test_one_letter_from_two_keyboards_is_one_password() -> None:
    assert matches(hash_password("caf\u00e9 am morgen"), "cafe\u0301 am morgen")


def test_nobodys_password_never_matches_and_takes_as_long() -> None:
    kept = hash_password(GOOD[0])
    assert not matches(None, "nobody has this password")

    def seconds(password_hash: str | None) -> float:
        best = []
        for _ in range(5):
            began = time.perf_counter()
            matches(password_hash, "wrong")
            best.append(time.perf_counter() - began)
        return min(best)

    assert seconds(None) > seconds(kept) / 2


@given(st.text(max_size=40))
def test_any_text_is_judged_without_a_fault(text: str) -> None:
    is_short = len(unicodedata.normalize("NFC", text)) < 10
    try:
        check_strength(text, "li.na", text[:5])
        reason = None
    except WeakPassword as refusal:
        reason = refusal.reason
    assert (reason == Weakness.TOO_SHORT) == is_short
