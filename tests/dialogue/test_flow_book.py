"""Publishing: new dialogues take the new version, running ones finish on theirs, bad drafts are refused."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from tinydb import Query

from firmware.ivr.book import SHIPPED, FlowBook, FlowRefused
from firmware.ivr.document import FlowError
from firmware.storage.documents import SetupDocuments
from tests.dialogue.desk import KNOWN, NINE, P1, Clinic, text


@pytest.fixture
def draft() -> Any:
    """The default template with another label at its first key."""
    shipped = yaml.safe_load((SHIPPED / "default.yaml").read_text(encoding="utf-8"))
    changed = copy.deepcopy(shipped)
    changed["flows"]["book"]["nodes"]["kind"]["menu"] = "book.department"
    return changed


def test_a_box_begins_with_the_shipped_default(clinic: Clinic) -> None:
    assert (clinic.flows.current().template, clinic.flows.current().version) == ("default", 0)


def test_the_template_in_use_is_kept(clinic: Clinic, tmp_path: Path) -> None:
    clinic.flows.use("exact")
    assert FlowBook(SetupDocuments(tmp_path / "setup.json"), KNOWN).current().template == "exact"
    with pytest.raises(FlowError):
        clinic.flows.use("none")


def test_running_calls_and_texts_finish_on_their_version(clinic: Clinic, draft: Any) -> None:
    running = clinic.call(P1)
    assert text(clinic, P1, "你好")
    clinic.flows.publish(draft, "Sun", NINE)
    assert "哪一种门诊" in running.press("1", "1948")
    assert "哪一种门诊" in (text(clinic, P1, "1") or "")
    assert "哪一种门诊" not in clinic.call(P1).press("1", "1948")
    assert "哪一种门诊" not in (text(clinic, P1, "挂号") or "")


def test_who_published_what_when_survives_a_restart(clinic: Clinic, draft: Any, tmp_path: Path) -> None:
    clinic.flows.publish(draft, "Sun", NINE)
    clinic.flows.roll_back("default", 0, "Chen", NINE)
    history = FlowBook(SetupDocuments(tmp_path / "setup.json"), KNOWN).history("default")
    assert [(each.version, each.who, each.returns_to) for each in history] == [(1, "Sun", None), (2, "Chen", 0)]
    assert history[0].at == NINE.isoformat()


def test_rolling_back_is_the_old_text_again(clinic: Clinic, draft: Any) -> None:
    clinic.flows.publish(draft, "Sun", NINE)
    clinic.flows.roll_back("default", 0, "Sun", NINE)
    assert clinic.flows.current().version == 2
    assert clinic.flows.text("default", 2) == clinic.flows.text("default", 0)


def test_a_bad_draft_changes_nothing_and_names_the_node(clinic: Clinic, draft: Any) -> None:
    draft["flows"]["book"]["nodes"]["kind"]["options"][0]["to"] = "departement"
    with pytest.raises(FlowRefused, match=r"book\.kind"):
        clinic.flows.publish(draft, "Sun", NINE)
    assert clinic.flows.current().version == 0


def test_a_version_that_is_not_there(clinic: Clinic) -> None:
    with pytest.raises(FlowError, match="no version 9"):
        clinic.flows.version("default", 9)


def spoil(clinic: Clinic, version: int) -> None:
    """What a hand in the file, or an older firmware, may leave behind."""
    with clinic.flows._documents.changing() as db:
        db.table("flows").update({"text": {"template": "default"}}, Query().version == version)
    clinic.flows._read.clear()


def test_a_template_that_does_not_exist_costs_no_caller_the_call(clinic: Clinic) -> None:
    clinic.flows._documents.save("flow", {"template": "defautl"})
    assert clinic.flows.current().template == "default"
    assert "no template 'defautl'" in (clinic.flows.fault or "")
    assert text(clinic, P1, "挂号")
    clinic.flows.use("exact")
    assert (clinic.flows.current().template, clinic.flows.fault) == ("exact", None)


def test_a_version_that_cannot_be_read_gives_way_to_the_one_before_it(clinic: Clinic, draft: Any) -> None:
    for _ in range(2):
        clinic.flows.publish(draft, "Sun", NINE)
    spoil(clinic, 2)
    assert clinic.flows.current().version == 1
    assert clinic.flows.fault
    spoil(clinic, 1)
    assert clinic.flows.current().version == 0


def test_a_set_up_file_that_cannot_be_read_leaves_the_shipped_flows(tmp_path: Path) -> None:
    (tmp_path / "setup.json").write_text("{", encoding="utf-8")
    book = FlowBook(SetupDocuments(tmp_path / "setup.json"), KNOWN)
    assert book.current().version == 0
    assert "no good version" in (book.fault or "")
