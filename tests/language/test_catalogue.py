"""Prompts by key: spoken in fragments, written in one string, and checked when they are loaded."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from firmware.language.catalogue import Catalogue, CatalogueError, Fragment, Prompt
from firmware.language.values import ClockTime, Code, Day, Name, Number

BOOKED = """
booked:
  zh: "已预约{day}{time}{doctor}。预约号{code}。"
  en: "You are booked for {day} at {time} with {doctor}. Your code is {code}."
  written:
    zh: "【湖滨诊所】已约{day}{time}{doctor},号{code}。"
welcome: {zh: "您好，这里是湖滨诊所。", en: "Lakeside Clinic, good day."}
half: {zh: "只有中文"}
"""
VALUES = {
    "day": Day(date(2026, 3, 3)),
    "time": ClockTime(time(8, 30)),
    "doctor": Name("王医生", "Doctor Wang"),
    "code": Code("482913"),
}


def catalogue(tmp_path: Path, text: str = BOOKED) -> Catalogue:
    file = tmp_path / "prompts.yaml"
    file.write_text(text, encoding="utf-8")
    return Catalogue(file)


def test_a_spoken_prompt_is_literal_parts_with_keys_and_value_words_without(tmp_path: Path) -> None:
    assert catalogue(tmp_path).fragments(Prompt("booked", VALUES), "zh") == [
        Fragment("已预约", "booked"),
        Fragment("三月"),
        Fragment("三号"),
        Fragment("星期二"),
        Fragment("上午八点"),
        Fragment("半"),
        Fragment("王医生"),
        Fragment("。预约号", "booked.2"),
        *(Fragment(each) for each in ["四", "八", "二", "，", "九", "幺", "三"]),
    ]


def test_a_text_without_gaps_is_one_fragment(tmp_path: Path) -> None:
    assert catalogue(tmp_path).fragments(Prompt("welcome"), "en") == [Fragment("Lakeside Clinic, good day.", "welcome")]


def test_the_written_form_is_used_where_there_is_one(tmp_path: Path) -> None:
    prompt = Prompt("booked", VALUES)
    assert catalogue(tmp_path).written(prompt, "zh") == "【湖滨诊所】已约3月3日周二08:30王医生,号482913。"
    assert catalogue(tmp_path).written(prompt, "en") == (
        "You are booked for Tue 3 Mar at 08:30 with Doctor Wang. Your code is 482913."
    )


def test_missing_texts_are_listed_and_never_passed_over(tmp_path: Path) -> None:
    half = catalogue(tmp_path)
    assert half.missing() == [("half", "en")]
    with pytest.raises(CatalogueError, match="no text in 'en'"):
        half.fragments(Prompt("half"), "en")
    with pytest.raises(CatalogueError, match="no prompt 'nothing'"):
        half.written(Prompt("nothing"), "zh")


def test_a_missing_value_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="needs a value for 'day'"):
        catalogue(tmp_path).written(Prompt("booked"), "zh")


def test_a_prompt_tells_its_gaps(tmp_path: Path) -> None:
    assert catalogue(tmp_path).gaps("booked") == {"day", "time", "doctor", "code"}
    assert catalogue(tmp_path).gaps("welcome") == set()


@pytest.mark.parametrize("name", ["{code}", "{", "}", "{0.__class__}", "%s", "{{x}}"])
def test_a_name_with_braces_stays_a_name(tmp_path: Path, name: str) -> None:
    prompt = Prompt("booked", {**VALUES, "doctor": Name(name, name)})
    assert f"08:30{name},号" in catalogue(tmp_path).written(prompt, "zh")
    assert name in [each.text for each in catalogue(tmp_path).fragments(prompt, "zh")]


def test_doubled_braces_are_braces(tmp_path: Path) -> None:
    prompts = catalogue(tmp_path, 'odd: {zh: "{{{number}}}", en: "set {{x}} {number}"}')
    assert prompts.written(Prompt("odd", {"number": Number(3)}), "zh") == "{3}"
    assert prompts.written(Prompt("odd", {"number": Number(3)}), "en") == "set {x} 3"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: {zh: '{day', en: x}", "stray brace"),
        ("a: {zh: 'day}', en: x}", "stray brace"),
        ("a: {zh: '{}', en: x}", "proper name"),
        ("a: {zh: '{0}', en: x}", "proper name"),
        ("a: {zh: '{day.year}', en: x}", "proper name"),
        ("a: {zh: 好, fr: bonjour}", "'fr'"),
        ("a: {zh: 12, en: x}", "no text in 'zh'"),
        ("a: just words", "not a mapping"),
        ("a: {zh: 好, written: [1]}", "'written' is not a mapping"),
        ("- a", "holds no prompts"),
        ("", "holds no prompts"),
        ("a: {zh: [", "cannot be read"),
    ],
)
def test_a_damaged_catalogue_is_refused_with_the_place_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint) as refusal:
        catalogue(tmp_path, text)
    assert "prompts.yaml" in str(refusal.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "prompts.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match="cannot be read"):
        Catalogue(file)


def test_the_fixed_parts_of_all_prompts_can_be_made_before_the_first_call(tmp_path: Path) -> None:
    assert catalogue(tmp_path).literals("zh") == [
        Fragment("已预约", "booked"),
        Fragment("。预约号", "booked.2"),
        Fragment("您好，这里是湖滨诊所。", "welcome"),
        Fragment("只有中文", "half"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {zh: 一, en: One}\nb: {zh: 二, en\n", "prompts.yaml cannot be read at line 3: "),
        ("a: {zh: 一, en: One}\nb: - x: y: z\n", "prompts.yaml cannot be read at line 2: "),
        ("a: {zh: \x07, en: One}\n", "prompts.yaml cannot be read"),
    ],
)
def test_a_half_written_file_is_told_in_one_line_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        catalogue(tmp_path, text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
