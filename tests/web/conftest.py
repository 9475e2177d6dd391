"""A ledger file with a small clinic day in it, and the application on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from firmware.clinic.profile import ClinicProfile
from firmware.clock import ManualClock
from firmware.control.channel import NotRunning
from firmware.language.values import Name
from firmware.storage import schema
from firmware.storage.ledger import Ledger, Transaction, open_ledger
from webui.app import build_app
from webui.guard import guarded

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
CLINIC = ClinicProfile(
    name=Name("湖滨诊所", "Lakeside Clinic"), sign=Name("【湖滨诊所】", "Lakeside: "), zone=ZoneInfo("Asia/Shanghai")
)

Page = Callable[..., "Reply"]


class Reply:
    """What came back over WSGI."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: str) -> None:
        self.status = status
        self.headers = dict(headers)
        self.body = body


class Service:
    """The exchange as the web sees it: a status, or nobody there."""

    def __init__(self) -> None:
        self.reply: dict[str, Any] | None = {"lines": [], "notices": []}

    def __call__(self) -> dict[str, Any]:
        if self.reply is None:
            raise NotRunning("nobody listens")
        return self.reply


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path / "ledger.db")
    with ledger.transaction() as tx:
        _open_clinic(tx)
    yield ledger
    ledger.close()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def page(ledger: Ledger, service: Service) -> Page:
    app = guarded(build_app(ledger, service, CLINIC, ManualClock(NINE)))

    def get(path: str = "/", query: str = "", method: str = "GET", **headers: str) -> Reply:
        environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method}
        environ |= {"HTTP_HOST": "localhost:8080"} | headers
        setup_testing_defaults(environ)
        seen: list[Any] = []
        body = b"".join(app(environ, lambda status, given, *_: seen.extend((status, given))))
        return Reply(seen[0], seen[1], body.decode())

    return get


def _open_clinic(tx: Transaction) -> None:
    tx.execute(insert(schema.departments).values(id=1, key=1, name_zh="内科", name_en="Internal medicine"))
    tx.execute(insert(schema.doctors).values(id=1, department_id=1, name_zh="王医生", name_en="Dr Wang"))
    tx.execute(
        insert(schema.sessions).values(
            id=1, department_id=1, doctor_id=1, kind="specialist", weekday=2, mode="time", slot_minutes=15,
            begins=time(8, 30), ends=time(11, 30),
        )
    )  # fmt: skip


def add_patient(tx: Transaction, name: str, number: int = 1) -> None:
    """A patient who is called `name` in both languages."""
    tx.execute(insert(schema.patients).values(id=number, name_zh=name, name_en=name, born=date(1948, 3, 7)))


def add_visit(tx: Transaction, state: str = "booked", day: date = date(2026, 3, 3), at: time = time(8, 30)) -> None:
    """A visit of patient 1 to Dr Wang."""
    tx.execute(
        insert(schema.bookings).values(
            slot_key=f"time/doctor-1/{day}/{at:%H:%M}", session_id=1, department_id=1, doctor_id=1, kind="specialist",
            day=day, begins=at, queue_number=1, patient_id=1, state=state, channel="voice", created_at=NINE,
        )
    )  # fmt: skip


def add_call(tx: Transaction, call_id: str = "c1", started_at: datetime = NINE, **more: Any) -> None:
    """A call of 65 seconds."""
    fixed = {"line": "L1", "started_at": started_at, "ended_at": started_at + timedelta(seconds=65)}
    tx.execute(insert(schema.calls).values(id=call_id, **fixed | more))


def add_text(tx: Transaction, body: str, number: str = "13800000001") -> None:
    """A text that came in."""
    tx.execute(insert(schema.inbox).values(line="L3", number=number, body=body, received_at=NINE))
