from __future__ import annotations

import logging
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from firmware.storage import documents
from firmware.storage.documents import VERSIONS_KEPT, DurableStorage, SetupDocuments
from firmware.storage.errors import SetupDamaged

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=8,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "setup.json"


@pytest.fixture
def setup(file: Path) -> SetupDocuments:
    return SetupDocuments(file)


def test_a_document_comes_back_as_it_was_saved(setup: SetupDocuments) -> None:
    assert setup.load("clinic") is None
    setup.save("clinic", {"name": {"zh": "湖滨诊所"}, "horizon_days": 14})
    setup.save("lines", {"lines": []})
    setup.save("clinic", {"name": {"zh": "湖滨诊所"}})
    assert setup.load("clinic") == {"name": {"zh": "湖滨诊所"}}
    assert setup.load("lines") == {"lines": []}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN))
def test_any_plain_document_can_be_kept(setup: SetupDocuments, document: dict[str, Any]) -> None:
    setup.save("any", document)
    assert setup.load("any") == document


def test_the_file_can_be_read_by_people(setup: SetupDocuments, file: Path) -> None:
    setup.save("clinic", {"name": "湖滨诊所"})
    assert "湖滨诊所" in file.read_text(encoding="utf-8")


def test_a_change_of_several_documents_is_one_version(setup: SetupDocuments) -> None:
    with setup.changing() as db:
        db.table("flows").insert({"name": "default"})
        db.table("flows").insert({"name": "exact"})
    assert len(setup.versions()) == 1
    with setup.reading() as db:
        assert [flow["name"] for flow in db.table("flows").all()] == ["default", "exact"]


def test_a_change_that_fails_changes_nothing(setup: SetupDocuments) -> None:
    setup.save("clinic", {"horizon_days": 14})

    def change() -> None:
        with setup.changing() as db:
            db.table("clinic").truncate()
            raise KeyError

    with pytest.raises(KeyError):
        change()
    assert setup.load("clinic") == {"horizon_days": 14}
    assert len(setup.versions()) == 1


def test_the_last_ten_versions_can_be_restored(setup: SetupDocuments) -> None:
    for days in range(1, 15):
        setup.save("clinic", {"horizon_days": days})
    assert setup.versions() == list(range(5, 15))
    assert len(setup.versions()) == VERSIONS_KEPT
    setup.restore(7, ["clinic"])
    assert setup.load("clinic") == {"horizon_days": 7}
    setup.restore(14, ["clinic"])
    assert setup.load("clinic") == {"horizon_days": 14}


def test_only_the_named_documents_go_back(setup: SetupDocuments) -> None:
    setup.save("clinic", {"horizon_days": 7})
    setup.save("clinic", {"horizon_days": 14})
    setup.save("lines", {"lines": []})
    setup.save("flow", {"template": "exact"})
    setup.restore(1, ["clinic", "lines"])
    assert [setup.load(name) for name in ("clinic", "lines", "flow")] == [
        {"horizon_days": 7}, None, {"template": "exact"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"\0" * 500,
        b"[]",
        b'{"a": []}',
        b'{"a": {}} tail',
        b'{"a": {"x": {}}}',
        b'{"a": {"1": 2}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_gives_way_to_the_newest_good_version(
    setup: SetupDocuments, file: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    setup.save("clinic", {"horizon_days": 7})
    setup.save("clinic", {"horizon_days": 14})
    file.write_bytes(damaged)
    with caplog.at_level(logging.ERROR):
        assert setup.load("clinic") == {"horizon_days": 14}
    assert "version 2 was restored" in caplog.text
    assert "version 2 was restored" in str(setup.damage)
    assert file.with_name("setup.json.damaged-1").read_bytes() == damaged, "what is left is kept"
    assert SetupDocuments(file).load("clinic") == {"horizon_days": 14}


def test_a_damaged_version_gives_way_to_the_one_before(setup: SetupDocuments, file: Path) -> None:
    setup.save("clinic", {"horizon_days": 7})
    setup.save("clinic", {"horizon_days": 14})
    (file.with_suffix(".versions") / "000002.json").write_bytes(b"junk")
    file.unlink()
    assert setup.load("clinic") == {"horizon_days": 7}


def test_a_file_damaged_beyond_help_is_said_so_and_kept(setup: SetupDocuments, file: Path) -> None:
    file.write_bytes(b"junk")
    with pytest.raises(SetupDamaged, match="no good version"):
        setup.load("clinic")
    with pytest.raises(SetupDamaged):
        setup.save("clinic", {})
    assert file.read_bytes() == b"junk"


def test_what_can_not_be_written_down_changes_nothing(setup: SetupDocuments, file: Path) -> None:
    setup.save("clinic", {"horizon_days": 14})
    for impossible in ({"at": object()}, {"name": "\ud800"}):
        with pytest.raises((TypeError, UnicodeEncodeError)):
            setup.save("clinic", impossible)
    assert setup.load("clinic") == {"horizon_days": 14}


def test_a_fault_at_any_step_of_writing_leaves_the_old_or_the_new(
    setup: SetupDocuments, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sync and each rename fails in its turn, until a change goes through without meeting the fault."""
    steps = 0

    def failing(real: Any) -> Any:
        def step(*arguments: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == fault:
                raise OSError(28, "No space left on device")
            return real(*arguments)

        return step

    setup.save("clinic", {"horizon_days": 0})
    monkeypatch.setattr(os, "fsync", failing(os.fsync))
    monkeypatch.setattr(Path, "replace", failing(Path.replace))
    for fault in range(1, 100):
        steps, before = 0, SetupDocuments(file).load("clinic")
        try:
            setup.save("clinic", {"horizon_days": fault})
        except OSError:
            assert SetupDocuments(file).load("clinic") in (before, {"horizon_days": fault})
        else:
            break
    assert fault == 7, "two files, each with a sync, a rename and a sync of the folder"
    assert setup.load("clinic") == {"horizon_days": fault}


def _count_up(file: Path, times: int) -> None:
    setup = SetupDocuments(file)
    for _ in range(times):
        with setup.changing() as db:
            table = db.table("counter")
            kept = table.get(doc_id=1)
            count = kept["count"] if kept else 0  # type: ignore[call-overload]
            table.upsert(documents.Document({"count": count + 1}, doc_id=1))


def test_changes_of_two_processes_do_not_swallow_each_other(setup: SetupDocuments, file: Path) -> None:
    forking = multiprocessing.get_context("forkserver")
    processes = [forking.Process(target=_count_up, args=(file, 20)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert setup.load("counter") == {"count": 40}


def test_tinydb_itself_runs_on_the_storage(file: Path) -> None:
    db = TinyDB(file, storage=DurableStorage)
    db.insert({"name": "default"})
    db.update({"name": "exact"})
    assert [dict(each) for each in TinyDB(file, storage=DurableStorage).all()] == [{"name": "exact"}]
