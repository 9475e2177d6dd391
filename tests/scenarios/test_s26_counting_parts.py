"""S26: what a text costs is seen before it is sent, and none above the clinic's limit gets into the set-up."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from firmware.cli.main import main
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders

Shown = pytest.CaptureFixture[str]

COUNTED = [
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


@pytest.fixture
def data(tmp_path: Path) -> str:
    """The data of a box with the sample clinic, whose limit is one part."""
    assert main(["load-sample", "--data", str(tmp_path)]) == 0
    return str(tmp_path)


@pytest.mark.parametrize(("text", "parts"), COUNTED, ids=range(len(COUNTED)))
def test_parts_and_price_are_shown(data: str, capsys: Shown, text: str, parts: int) -> None:
    assert main(["text-parts", "--data", data, "--price", "0.05", text]) == (0 if parts == 1 else 1)
    shown = capsys.readouterr().out
    assert f"{parts} part" in shown
    assert f"0.{5 * parts:02} yuan" in shown
    assert ("The clinic's limit is 1 part." in shown) == (parts > 1)


def test_a_straight_quote_is_suggested(data: str, capsys: Shown) -> None:
    main(["text-parts", "--data", data, "a" * 70 + "’"])
    assert f"In the 7-bit alphabet 1 part: {'a' * 70}'" in capsys.readouterr().out


def test_a_sign_that_makes_texts_too_long_is_refused(data: str, tmp_path: Path, capsys: Shown) -> None:
    document = SetupDocuments(Folders(tmp_path).setup).load("clinic")
    assert document is not None
    document["sign"] = {"zh": "【" + "湖滨区" * 15 + "诊所】", "en": "Lakeside"}
    file = tmp_path / "clinic.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    assert main(["set-up", "--data", data, "set", "clinic", str(file)]) == 1
    assert "takes 2 parts; the limit is 1" in capsys.readouterr().err
    assert SetupDocuments(Folders(tmp_path).setup).load("clinic") != document

    document["text_parts"] = 2
    file.write_text(yaml.safe_dump(document, allow_unicode=True))
    assert main(["set-up", "--data", data, "set", "clinic", str(file)]) == 0
