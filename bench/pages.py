"""How long the box needs for each of its pages, with a short and with a long past behind the clinic.

The whole application answers in this process, signed in, warm; both clinics are asked in turn, so that both see the
same machine. The exchange is a stand-in that says that eight lines are busy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from bench import ledgers
from bench.figures import Figures
from bench.machine import IdleMeter
from bench.pages_addresses import addresses
from bench.pages_browser import Answer, PageBrowser, sign_in
from bench.pages_clinic import Size, fill
from bench.pages_reference import ADDRESS, plain_app
from firmware.clinic import sample
from firmware.clock import ManualClock
from firmware.control.channel import ControlServer
from firmware.control.messages import Message
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from webui.app import build_app
from webui.guard import guarded
from webui.live import Live
from webui.office import Office
from webui.phone_service import PhoneService

ABOUT = "ms of the server for every page: at 1 000 bookings, p50 and p95 at 100 000, and the ratio of the medians"
SMALL = Size(bookings=1_000, patients=5_000, calls=20_000, texts=2_000)
LARGE = Size(bookings=100_000, patients=50_000, calls=100_000, texts=20_000)
AIM_MS = 50
_ASKED = 30
_WARM = 1
_BUSY = {"kind": "voice", "state": "busy", "caller": "13800000002", "node": "book.times", "since_s": 3.0, "detail": ""}

Times = tuple[list[float], list[float]]  # seconds with the short and with the long past


class NotShown(Exception):
    """An address did not answer with a page."""


def measure(small: Size = SMALL, large: Size = LARGE, asked: int = _ASKED) -> Figures:
    """Every page, and first how they do together."""
    idle = IdleMeter()
    with ledgers.folder() as folder, _clinic(folder / "1", small) as one, _clinic(folder / "2", large) as other:
        ledger = open_ledger(Folders(folder / "1").ledger)
        asked_for = [address for group in addresses(ledger).values() for address in group]
        ledger.close()
        times = {address: _ask(one, other, address, asked) for address in asked_for}
        plain = [PageBrowser(plain_app(Folders(folder / name).ledger), "") for name in ("1", "2")]
        reference = _ask(plain[0], plain[1], ADDRESS, asked)
    return {
        **_together(times, reference),
        "asked": asked,
        "idle_pct": idle.idle_pct,
        **{address: _line(both) for address, both in sorted(times.items(), key=lambda each: -median(each[1][1]))},
    }


@contextmanager
def _clinic(data: Path, size: Size) -> Iterator[PageBrowser]:
    """Somebody who is signed in to the pages of a clinic of this size."""
    folders = Folders(data)
    folders.make()
    documents, clock = SetupDocuments(folders.setup), ManualClock(ledgers.NOW)
    documents.save("clinic", dict(sample.document()["clinic"]))
    ledger = ledgers.sample_ledger(folders.ledger)
    fill(ledger, size)
    ledger.close()  # what was written goes from the log into the file
    ledger = open_ledger(folders.ledger)
    exchange = ControlServer(folders.control_socket, {"status": _eight_busy_lines}).start()
    phone, live = PhoneService(folders.control_socket, clock), Live(folders.control_socket, folders.ledger)
    app = guarded(build_app(Office(folders, ledger, documents, clock, phone, live)))
    try:
        yield PageBrowser(app, sign_in(ledger))
    finally:
        exchange.close()
        ledger.close()


def _eight_busy_lines(_: Message) -> Message:
    return {"lines": [{"name": f"L{number}", **_BUSY} for number in range(1, 9)], "notices": []}


def _ask(one: PageBrowser, other: PageBrowser, address: str, asked: int) -> Times:
    for _ in range(_WARM):
        _shown(one, address), _shown(other, address)
    answers = [(_shown(one, address), _shown(other, address)) for _ in range(asked)]
    return [short.took_s for short, _ in answers], [long.took_s for _, long in answers]


def _shown(browser: PageBrowser, address: str) -> Answer:
    answer = browser.get(address)
    if not answer.status.startswith("2"):
        raise NotShown(f"{address} answered {answer.status}")
    return answer


def _together(times: dict[str, Times], reference: Times) -> Figures:
    slowest = max(times, key=lambda address: _p95_ms(times[address][1]))
    steepest = max(times, key=lambda address: _ratio(times[address]))
    typical_s, plain_s = median(median(long) for _, long in times.values()), median(reference[1])
    return {
        "pages": len(times),
        f"over_{AIM_MS}_ms": sum(_p95_ms(long) > AIM_MS for _, long in times.values()),
        "slowest": slowest,
        "slowest_p95_ms": _p95_ms(times[slowest][1]),
        "typical_p50_ms": round(1000 * typical_s, 2),
        "reference_p50_ms": round(1000 * plain_s, 2),
        "typical_to_reference": round(typical_s / plain_s, 1),
        "ratio_100000_to_1000": round(median(map(_ratio, times.values())), 2),
        "steepest": steepest,
        "steepest_ratio": round(_ratio(times[steepest]), 2),
        "reference_ratio": round(_ratio(reference), 2),
    }


def _line(times: Times) -> str:
    short, long = (1000 * median(each) for each in times)
    return f"{short:.1f} -> {long:.1f}, p95 {_p95_ms(times[1]):.1f}, ratio {_ratio(times):.2f}"


def _ratio(times: Times) -> float:
    return median(times[1]) / median(times[0])


def _p95_ms(times_s: list[float]) -> float:
    return round(1000 * float(np.percentile(times_s, 95)), 1)
