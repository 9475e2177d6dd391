"""The words by which patients call a department or a doctor in a text."""

from __future__ import annotations

import pytest

from firmware.clinic import sample
from firmware.clinic.aliases import usual_aliases
from firmware.language.values import Name


@pytest.mark.parametrize(
    ("zh", "en", "words"),
    [
        ("王医生", "Dr Wang", "王医生 王大夫 王 wang"),
        ("欧阳 主任", "", "欧阳主任 欧阳医生 欧阳大夫 欧阳"),
        ("医生", "", "医生"),
        ("内科", "Internal medicine", "内科 内 internal medicine"),
        ("科", "", "科"),
        ("", "Ear, nose and throat (ENT)", "ear nose throat ent"),
    ],
)
def test_names_are_called_as_people_do(zh: str, en: str, words: str) -> None:
    assert usual_aliases(Name(zh, en)) == words


@pytest.mark.parametrize("doctor", sample.document()["doctors"], ids=lambda each: each["en"])
def test_they_are_those_that_were_chosen_by_hand_for_the_sample_clinic(doctor: dict[str, str]) -> None:
    assert usual_aliases(Name(doctor["zh"], doctor["en"])) == doctor["aliases"]
