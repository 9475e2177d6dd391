"""The trail of who did what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from firmware.storage import audit
from firmware.storage.ledger import Ledger

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_those_who_did_something_lately_are_named_once(ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        for days_ago, who in ((200, "gone"), (150, "ming"), (3, "ming"), (2, "box"), (1, "ming"), (0, "anna")):
            audit.record(tx, NOW - timedelta(days=days_ago), who, "cancel")
        assert audit.people(tx, NOW - timedelta(days=90)) == ["anna", "box", "ming"]


def test_nobody_did_anything_yet(ledger: Ledger) -> None:
    with ledger.reading() as tx:
        assert audit.people(tx, NOW) == []
