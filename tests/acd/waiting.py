"""Callers and agents in few words, at a reception on a Monday morning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from firmware.acd.records import READY, Agent, Caller
from firmware.clinic.desk_settings import RECEPTION, DeskSettings, QueueSettings
from firmware.language.values import Name
from firmware.storage.instants import later

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def caller(entry_id: int, waited_s: float = 0, **details: Any) -> Caller:
    """Somebody who has waited so long for the reception."""
    return Caller(**{"queue": RECEPTION, "language": "zh", **details}, entry_id=entry_id, turn_at=later(NOW, -waited_s))


def agent(user_id: int, idle_s: float = 0, **details: Any) -> Agent:
    """Somebody who has been in this state so long; ready, and skilled for the reception."""
    return Agent(**{"state": READY, "skills": {RECEPTION: 1}, **details}, user_id=user_id, since=later(NOW, -idle_s))


def desk(*queues: Mapping[str, Any], **details: Any) -> DeskSettings:
    """Settings with these queues; the reception alone if there are none."""
    made = (QueueSettings(**{"key": RECEPTION, "name": Name("前台", "Reception"), **queue}) for queue in queues or [{}])
    return DeskSettings(queues=tuple(made), **details)
