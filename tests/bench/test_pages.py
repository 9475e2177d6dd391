"""The pages' bench knows every page, and finds a page that breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import pages
from bench.ledgers import sample_ledger
from bench.pages_addresses import NOT_PAGES, addresses
from bench.pages_clinic import Size, fill
from webui.app import all_routes
from webui.routes import PAGE

TINY = Size(bookings=400, patients=60, calls=400, texts=100)


def test_every_page_of_the_box_is_measured(tmp_path: Path) -> None:
    ledger = sample_ledger(tmp_path / "ledger.db")
    known = set(addresses(ledger)) | set(NOT_PAGES)
    ledger.close()
    assert {route.rule for route in all_routes() if route.method == "GET" and route.kind == PAGE} == known
    assert all("<" not in address for group in addresses(ledger).values() for address in group)


def test_every_page_answers_and_is_timed() -> None:
    figures = pages.measure(TINY, TINY, asked=1)
    assert figures["pages"] == sum(" -> " in str(value) for value in figures.values())
    assert float(figures["slowest_p95_ms"]) > 0
    assert float(figures["reference_p50_ms"]) > 0


def test_a_page_that_breaks_stops_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "addresses", lambda _: {"/nowhere": ["/nowhere"]})
    with pytest.raises(pages.NotShown, match="/nowhere answered 404"):
        pages.measure(TINY, TINY, asked=1)


def test_only_the_past_differs(tmp_path: Path) -> None:
    coming = []
    for size in (TINY, Size(bookings=1_500, patients=300, calls=1_000, texts=300)):
        ledger = sample_ledger(tmp_path / f"{size.bookings}.db")
        fill(ledger, size)
        with ledger.reading() as tx:
            wanted = "SELECT slot_key, state FROM bookings WHERE day >= '2026-03-09' ORDER BY slot_key"
            coming.append([tuple(row) for row in tx.exec_driver_sql(wanted)])
        ledger.close()
    assert coming[0] == coming[1] != []
