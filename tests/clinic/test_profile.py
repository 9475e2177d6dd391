from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from firmware.clinic import sample
from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import load_profile, read_profile
from firmware.storage.documents import SetupDocuments
from tests.clinic.conftest import SHANGHAI

LEAST: dict[str, Any] = {"name": {"zh": "湖滨诊所", "en": "Lakeside Clinic"}, "zone": "Asia/Shanghai"}


def test_a_document_gives_only_what_differs() -> None:
    profile = read_profile({**LEAST, "horizon_days": 7})
    assert (profile.horizon_days, profile.hold_s, profile.cancel_until) == (7, 180, time(17))
    assert (profile.sign.zh, profile.sign.en) == ("【湖滨诊所】", "Lakeside Clinic")


def test_a_misspelt_key_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ProfileError, match=r"'horizont_days'; did you mean 'horizon_days'"):
        read_profile({**LEAST, "horizont_days": 7})


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("zone", "Mars/Olympus", "no time zone"),
        ("zone", 8, "no time zone"),
        ("zone", "../etc/passwd", "no time zone"),
        ("name", "湖滨诊所", "must be"),
        ("name", {"fr": "Clinique"}, "must be"),
        ("name", {"zh": " "}, "needs a text"),
        ("cancel_until", 1020, "in quotes"),
        ("cancel_until", "25:00", "hour"),
        ("hours", {"monday": []}, "unknown weekday"),
        ("hours", {"mon": ["17:30-08:00"]}, "ends before"),
        ("hours", {"mon": ["eight"]}, "hours"),
        ("hours", None, "hours"),
        ("horizon_days", True, "whole number"),
        ("horizon_days", 91, "from 0 to 90"),
        ("general_asks_day", "no", "true or false"),
    ],
)
def test_an_impossible_setting_is_refused_by_name(key: str, value: Any, reason: str) -> None:
    with pytest.raises(ProfileError, match=f"{key}: .*{reason}|{reason}"):
        read_profile({**LEAST, key: value})


@pytest.mark.parametrize("key", ["name", "zone"])
def test_a_clinic_has_a_name_and_a_zone(key: str) -> None:
    with pytest.raises(ProfileError, match=f"'{key}' is missing"):
        read_profile({other: value for other, value in LEAST.items() if other != key})


def test_the_desk_is_open_in_clinic_time() -> None:
    profile = sample.profile()
    assert profile.is_open(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    assert not profile.is_open(datetime(2026, 3, 2, 17, 30, tzinfo=SHANGHAI))
    assert not profile.is_open(datetime(2026, 3, 1, 10, 0, tzinfo=SHANGHAI)), "Sunday"


def test_the_cut_off_is_the_day_before() -> None:
    assert sample.profile().cut_off(date(2026, 3, 3)) == datetime(2026, 3, 2, 17, 0, tzinfo=SHANGHAI)


def test_the_profile_comes_from_the_set_up(tmp_path: Path) -> None:
    documents = SetupDocuments(tmp_path / "setup.json")
    with pytest.raises(ProfileError, match="no such set-up document"):
        load_profile(documents)
    documents.save("clinic", sample.document()["clinic"])
    assert load_profile(documents) == sample.profile()
