from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from firmware.ivr.book import SHIPPED
from tests.staff.conftest import Desk


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "draft.yaml"
    file.write_bytes((SHIPPED / "default.yaml").read_bytes())
    return file


def current(desk: Desk) -> str:
    return next(row for row in desk("flows", "list").rows if "callers get this" in row)


def test_a_draft_is_checked_published_and_rolled_back(desk: Desk, draft: Path) -> None:
    assert desk("flows", "check", str(draft)).rows[-1] == "It can be published."
    assert "default is now version 1" in desk("flows", "publish", str(draft)).out
    assert current(desk).split()[:3] == ["default", "1", "2026-03-02"]
    assert "published by reception" in current(desk)
    assert "the same as version 0" in desk("flows", "roll-back", "default", "0").out
    assert "as version 0 by reception" in current(desk)
    assert [trace.detail for trace in desk.audit] == ["default version 2, as 0", "default version 1"]


def test_another_template_can_be_used(desk: Desk) -> None:
    desk("flows", "use", "exact")
    assert current(desk).startswith("exact")
    assert "there is no template 'nightly'" in desk.refused("flows", "use", "nightly").lower()


def test_a_dead_end_is_named_and_not_published(desk: Desk, draft: Path) -> None:
    plain: dict[str, Any] = yaml.safe_load(draft.read_text(encoding="utf-8"))
    plain["main"] = "front.nowhere"
    draft.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    assert "front.nowhere" in desk.type("flows", "check", str(draft)).out
    said = desk.type("flows", "publish", str(draft))
    assert said.status == 1
    assert "front.nowhere" in said.err
    assert said.err.splitlines()[-1] == "Not published: the errors must go first."
    assert current(desk).split()[:2] == ["default", "0"]
    assert desk.audit == []


def test_what_is_no_flow_document_is_refused_in_a_sentence(desk: Desk, draft: Path) -> None:
    draft.write_text("- just\n- a list\n", encoding="utf-8")
    assert desk.refused("flows", "publish", str(draft)) == "The document: should hold fields."
    assert "no version 7" in desk.refused("flows", "roll-back", "default", "7")


def test_a_dialogue_can_be_walked_by_keyboard_and_nothing_of_it_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: Iterator[str] = iter(["1", "1948", "2", "1", "2", "1", "1", "hang"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(keys, "hang"))
    said = desk("flows", "walk", "--from", "13800000001")
    assert "您好，这里是湖滨诊所" in said.out
    assert "预约成功" in said.out or "预约码" in said.out
    assert desk("bookings", "--day", "tue").rows[1] == "No bookings."
    assert desk.audit == []


def test_a_walk_ends_with_the_input(desk: Desk, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert "Lakeside Clinic" in desk("flows", "walk", str(draft), "--language", "en").out
