"""Reading the set-up document of the lines, also one that somebody has edited by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firmware.modem.line_setup import GsmSetup, LineSetupError, VoiceSetup, read_lines
from firmware.modem.voice.profile import CallerIdKind, LineSettings


def test_lines_are_read() -> None:
    assert read_lines(
        {
            "lines": [
                {
                    "name": "L1",
                    "kind": "voice",
                    "device": "/dev/ttyACM0",
                    "country": "us",
                    "caller_id": "dtmf",
                    "number": "021-6123 0001",
                },
                {"name": "L3", "kind": "gsm", "device": "/dev/ttyUSB0", "pin": "1234"},
            ]
        }
    ) == [
        VoiceSetup("L1", Path("/dev/ttyACM0"), LineSettings("us", CallerIdKind.DTMF), "02161230001"),
        GsmSetup("L3", Path("/dev/ttyUSB0"), "1234"),
    ]


def test_a_clinic_may_have_no_lines_yet() -> None:
    assert read_lines({"lines": []}) == []


GSM = {"name": "L3", "kind": "gsm", "device": "/dev/ttyUSB0"}
VOICE = {"name": "L1", "kind": "voice", "device": "/dev/ttyACM0"}


@pytest.mark.parametrize(
    "document",
    [
        None,
        "L1",
        [VOICE],
        {},
        {"lines": None},
        {"lines": "L1"},
        {"lines": {"L1": VOICE}},
        {"lines": ["L1"]},
        {"lines": [None]},
        {"lines": [{}]},
        {"lines": [VOICE], "pin": "1234"},
        {"lines": [GSM | {"pin": 1234}]},
        {"lines": [GSM | {"pin": "12"}]},
        {"lines": [GSM | {"pin": "１２３４"}]},
        {"lines": [GSM | {"name": 3}]},
        {"lines": [GSM | {"name": "../x"}]},
        {"lines": [GSM | {"device": "ttyUSB0"}]},
        {"lines": [GSM | {"country": "cn"}]},
        {"lines": [VOICE | {"country": ["cn"]}]},
        {"lines": [VOICE | {"country": "zz"}]},
        {"lines": [VOICE | {"caller_id": {}}]},
        {"lines": [VOICE | {"number": "reception"}]},
        {"lines": [VOICE | {"number": ["021"]}]},
        {"lines": [VOICE, VOICE | {"name": "L2"}]},
        {"lines": [VOICE, VOICE | {"device": "/dev/ttyACM1"}]},
    ],
)
def test_what_is_no_set_up_of_lines_is_refused_in_words(document: Any) -> None:
    with pytest.raises(LineSetupError):
        read_lines(document)


@pytest.mark.parametrize("name", ["test", "test-text"])
def test_the_names_of_the_test_phones_lines_are_taken(name: str) -> None:
    with pytest.raises(LineSetupError, match=f"line '{name}': this name is the test phone's"):
        read_lines({"lines": [{**VOICE, "name": name}]})
