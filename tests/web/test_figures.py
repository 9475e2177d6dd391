"""The desk in figures, as a supervisor reads them and takes them away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest

from firmware.storage import audit
from tests.clinic.desk_days import agent, caller, ring, served
from tests.web.browser import Browser
from webui.office import Office


@pytest.fixture
def supervisor(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("supervisor")


@pytest.fixture
def two_days(office: Office) -> None:
    """Yesterday one caller who gave up; today two whom Li serves, and one whom she misses and who leaves a message."""
    now = office.clock.now()
    with office.ledger.transaction() as tx:
        li = agent(tx, now, "li", "8001")
        caller(tx, now - timedelta(days=1), "abandoned", 40)
        served(tx, now, li, wait_s=10, ring_s=4, talk_s=100, wrap_s=20)
        served(tx, now + timedelta(hours=1), li, wait_s=30, ring_s=6, talk_s=60, wrap_s=0)
        _, entry = caller(tx, now, "message", 120)
        ring(tx, now, entry, li, "missed")


def table(reply_body: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply_body.lstrip("\ufeff"))))


@pytest.mark.usefixtures("two_days")
def test_each_day_has_its_line_and_all_of_them_one(supervisor: Browser) -> None:
    rows = table(supervisor.get("/figures/export?by=day").body)
    assert [row["Day"] for row in rows] == ["2026-03-01", "2026-03-02", "All"]
    today = rows[1]
    assert (today["Callers"], today["Answered"], today["Message"], today["Gave up"]) == ("3", "2", "1", "0")
    assert (today["Answered within 20 s"], today["Average wait"], today["Longest wait"]) == ("33 %", "0:20", "2:00")
    assert (today["Ring to answer"], today["Agent time"]) == ("0:05", "1:30")
    assert (rows[2]["Callers"], rows[2]["Answered within 20 s"]) == ("4", "25 %")
    page = supervisor.get("/figures?by=day").text
    assert "33 %" in page


@pytest.mark.usefixtures("two_days")
def test_an_agent_has_talks_and_rings(supervisor: Browser) -> None:
    rows = table(supervisor.get("/figures/export?by=agent&from=2026-03-02&to=2026-03-02").body)
    assert rows[0]["Agent"] == "Li"
    assert (rows[0]["Calls"], rows[0]["Rings"], rows[0]["Missed"], rows[0]["Rejected"]) == ("2", "3", "1", "0")
    assert "Callers" not in rows[0]


@pytest.mark.usefixtures("two_days")
@pytest.mark.parametrize(("by", "first"), [("hour", "09:00"), ("queue", "Reception")])
def test_hours_and_queues_have_names(supervisor: Browser, by: str, first: str) -> None:
    page = supervisor.get(f"/figures?by={by}")
    assert page.status == 200
    assert first in page.text


@pytest.mark.usefixtures("two_days")
def test_who_took_the_figures_away_is_in_the_audit_trail(supervisor: Browser, office: Office) -> None:
    supervisor.get("/figures/export?by=queue&from=2026-03-01&to=2026-03-02")
    with office.ledger.reading() as tx:
        trace = audit.latest(tx)[0]
    assert (trace.what, trace.detail) == ("figures exported", "by queue, 2026-03-01 to 2026-03-02")


@pytest.mark.parametrize(
    "query", ["from=2026-03-02&to=2026-03-01", "from=2026-01-01&to=2026-03-01", "from=9999-01-01", "from=x", "by=x"]
)
def test_odd_wishes_are_told_and_never_break(supervisor: Browser, query: str) -> None:
    assert supervisor.get(f"/figures?{query}").status == 422
    assert supervisor.get(f"/figures/export?{query}").status == 404


def test_days_without_calls_say_so(supervisor: Browser) -> None:
    assert "No calls on these days" in supervisor.get("/figures").text


@pytest.mark.parametrize("role", ["desk", "auditor"])
def test_figures_are_the_supervisors(sign_in: Callable[..., Browser], role: str) -> None:
    assert sign_in(role).get("/figures").status == 403
