"""New names are spoken before the first caller hears of them."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from firmware.audio.clips import ClipStore
from firmware.box.warming import NameWarmer
from firmware.clinic import sample
from firmware.language.values import Name
from firmware.storage.ledger import open_ledger
from firmware.storage.roster_schema import doctors
from tests.dialogue.desk import NINE
from tests.sound.test_clips import Mute, Parrot


@pytest.mark.parametrize("engine", [Parrot(), Mute()])
def test_only_what_is_new_is_made(tmp_path: Path, engine: Parrot) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    with ledger.transaction() as tx:
        sample.fill(tx, NINE)
    profiles = [sample.profile()]
    warmer = NameWarmer(ledger, ClipStore(tmp_path / "clips", [engine]), lambda: profiles[-1])
    warmer.look(threading.Event())
    engine.spoken.clear()
    warmer.look(threading.Event())
    assert engine.spoken == []

    profiles.append(replace(sample.profile(), name=Name("新名诊所", "New Name Clinic")))
    with ledger.transaction() as tx:
        tx.execute(update(doctors).where(doctors.c.id == 1).values(name_zh="欧阳医生"))
    warmer.look(threading.Event())
    ledger.close()
    if not isinstance(engine, Mute):
        assert sorted(engine.spoken) == sorted(["新名诊所", "New Name Clinic", "欧阳医生"])
