"""What differs between chipsets is data, and what a modem says of itself chooses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.modem.errors import ProfileBroken, SoundRefused
from firmware.modem.voice.coding import Coding
from firmware.modem.voice.profile import SampleFormat, choose, choose_format, load, profiles, read_formats
from tests.lines.scripted_modem import read_dialogue


@pytest.mark.parametrize(
    ("ati0", "ati3", "name"),
    [
        ("5601", "U.S. Robotics 56K FAX USB V1.2.23", "USR5637"),
        ("56000", "CX93001-EIS_V0.2013-V92", "CX93010"),
        ("33600", "something else", "V.253"),
        ("", "", "V.253"),
    ],
)
def test_a_modem_is_known_by_what_it_answers(ati0: str, ati3: str, name: str) -> None:
    assert choose(ati0, ati3).name == name


@pytest.mark.parametrize(
    ("dialogue", "profile", "chosen"),
    [
        ("usr5637", "usr5637", SampleFormat(128, Coding.LINEAR8)),
        ("cx93010", "cx93010", SampleFormat(1, Coding.LINEAR8)),
    ],
)
def test_the_sound_format_is_chosen_by_its_name_not_by_its_number(
    dialogue: str, profile: str, chosen: SampleFormat
) -> None:
    formats = read_formats(tuple(read_dialogue(dialogue)["AT+VSM=?"]))
    assert choose_format(formats, profiles()[profile].codings) == chosen


def test_formats_the_box_cannot_use_are_left_out() -> None:
    reply = (
        '129,"16-BIT LINEAR",(7200,8000,11025)',
        '129,"IMA ADPCM",4,0,8000,0,0',
        '133,"14 bit PCM",14,0,8000,0,0',
        '130,"8-BIT ALAW",(7200)',
        "OK",
        "",
    )
    assert read_formats(reply) == []
    with pytest.raises(SoundRefused):
        choose_format([], (Coding.LINEAR8,))


def test_each_model_gets_as_many_arguments_as_it_wants() -> None:
    assert SampleFormat(128, Coding.LINEAR8).command(2) == "AT+VSM=128,8000"
    assert SampleFormat(1, Coding.LINEAR8).command(4) == "AT+VSM=1,8000,0,0"


def test_a_broken_profile_is_named(tmp_path: Path) -> None:
    file = tmp_path / "zoom.toml"
    file.write_text("name = 5")
    with pytest.raises(ProfileBroken, match=r"zoom\.toml"):
        load(file)


@given(st.lists(st.text(max_size=200)))
def test_no_reply_makes_the_reader_of_formats_raise(lines: list[str]) -> None:
    read_formats(tuple(lines))
