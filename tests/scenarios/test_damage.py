"""A damaged set-up file or ledger: people are told, nothing is lost, and the box comes back when it is mended."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from firmware.cli.main import main
from firmware.storage.documents import SetupDocuments
from tests.scenarios.stage import Stage

Shown = pytest.CaptureFixture[str]
WANG_XIUYING = "13800000001"
GARBAGE = b"\x00\xff garbage " * 500


def status(stage: Stage, capsys: Shown) -> tuple[int, str]:
    """Exit status and words of `clinicbox status`."""
    capsys.readouterr()
    return main(["status", "--data", str(stage.rig.folders.data)]), capsys.readouterr().out


def is_well(stage: Stage, capsys: Shown) -> bool:
    """Whether the phone service works, and has nothing to say."""
    return status(stage, capsys)[0] == 0


def test_damage_is_told_and_mended(open_stage: Callable[..., Stage], capsys: Shown) -> None:
    stage = open_stage()
    folders = stage.rig.folders
    booked = stage.converse(WANG_XIUYING, "挂号 内科 王医生 周四 8:45", "1")

    # a set-up file that lost its sense is restored from its last version, and a person is told
    stage.kill_box()
    folders.setup.write_bytes(GARBAGE)
    stage.restart_box()
    well, said = status(stage, capsys)
    assert well == 0
    assert "! " in said
    assert "was restored" in said

    # a rule that is written wrong is named
    stage.kill_box()
    documents = SetupDocuments(folders.setup)
    right = documents.load("clinic")
    assert right is not None
    documents.save("clinic", {**right, "hold_z": 180})
    stage.restart_box()
    well, said = status(stage, capsys)
    assert well == 1
    assert "cannot start" in said
    assert "unknown key 'hold_z'; did you mean 'hold_s'?" in said
    documents.save("clinic", right)
    stage.eventually("the box begins afresh", lambda: is_well(stage, capsys), within_s=200)

    # a ledger that is no ledger is left as it is, and its back-up named
    assert main(["back-up", "--data", str(folders.data)]) == 0
    stage.ledger.close()
    stage.kill_box()
    sound = folders.data / "sound.db"
    shutil.copy(max((folders.data / "ledger.backups").glob("*.db"), key=lambda file: file.stat().st_mtime_ns), sound)
    for file in folders.data.glob("ledger.db-*"):
        file.unlink()
    folders.ledger.write_bytes(GARBAGE)
    stage.restart_box()
    well, said = status(stage, capsys)
    assert well == 1
    assert "is damaged" in said
    assert "the last back-up is" in said
    assert "is damaged" in (folders.run / "exchange.log").read_text()
    assert folders.ledger.read_bytes() == GARBAGE
    sound.replace(folders.ledger)
    stage.eventually("the box begins afresh", lambda: is_well(stage, capsys), within_s=200)
    (visit,) = stage.booked()
    assert visit.code in booked[-1]
    assert visit.code in stage.converse(WANG_XIUYING, "查询")[0]
