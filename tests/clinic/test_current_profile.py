"""The clinic's settings are taken up while the box works, and a mistake in them costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.clinic import sample
from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import CurrentProfile
from firmware.storage.documents import SetupDocuments


@pytest.fixture
def documents(tmp_path: Path) -> SetupDocuments:
    documents = SetupDocuments(tmp_path / "setup.json")
    documents.save("clinic", sample.document()["clinic"])
    return documents


def test_a_change_is_seen_at_once_and_no_change_costs_no_reading(
    documents: SetupDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = CurrentProfile(documents)
    assert profile().horizon_days == 14
    documents.save("clinic", {**sample.document()["clinic"], "horizon_days": 21})
    assert profile().horizon_days == 21
    monkeypatch.setattr(documents, "load", lambda name: pytest.fail("read again without need"))
    assert profile() is profile()


def test_another_process_may_make_the_change(documents: SetupDocuments, tmp_path: Path) -> None:
    profile = CurrentProfile(documents)
    profile()
    changed = {**sample.document()["clinic"], "name": {"zh": "新名诊所", "en": "New Name"}}
    SetupDocuments(tmp_path / "setup.json").save("clinic", changed)
    assert profile().name.zh == "新名诊所"


def test_a_change_that_cannot_be_read_leaves_what_was_good_and_says_so(
    documents: SetupDocuments, tmp_path: Path
) -> None:
    profile = CurrentProfile(documents)
    good = profile()
    documents.save("clinic", {**sample.document()["clinic"], "hold_s": "long"})
    assert profile() == good
    assert profile.fault is not None
    assert "hold_s" in profile.fault
    documents.save("clinic", {**sample.document()["clinic"], "hold_s": 240})
    assert (profile().hold_s, profile.fault) == (240, None)


def test_a_file_that_is_wholly_spoilt_leaves_what_was_good(documents: SetupDocuments, tmp_path: Path) -> None:
    profile = CurrentProfile(documents)
    good = profile()
    for version in (tmp_path / "setup.versions").iterdir():
        version.write_text("rubbish")
    (tmp_path / "setup.json").write_text("rubbish")
    assert profile() == good
    assert "no good version" in str(profile.fault)


def test_without_any_profile_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ProfileError):
        CurrentProfile(SetupDocuments(tmp_path / "setup.json"))()
