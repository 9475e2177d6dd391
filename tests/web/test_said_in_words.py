"""Codes that are kept have words in both languages: no page shows a receptionist what programs tell each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import firmware.cli
import webui
from firmware.cli.staff import set_up
from firmware.modem.voice import carried_call, supervision
from firmware.storage import calls
from tests.web.browser import Browser
from webui.office import Office
from webui.rooms import roster_days
from webui.rooms.settings import calendar
from webui.rooms.wall.acts import STATES
from webui.rooms.wall.seats import SUPERVISION
from webui.words import page_texts

KEYS = frozenset(page_texts().keys())


def test_everything_that_staff_can_do_has_a_name_in_the_audit_trail() -> None:
    folders = [Path(str(package.__file__)).parent for package in (webui, firmware.cli)]
    files = [file for folder in folders for file in folder.rglob("*.py") if "node_modules" not in file.parts]
    codes = {code for file in files for code in recorded(ast.parse(file.read_text(encoding="utf-8")))}
    assert len(codes) > 50
    assert {code for code in codes if f"did.{code}" not in KEYS} == set()


WHICH = {".changing": 0, "saving.save": 1, "saving.put": 1, "audit.record": 3}  # which argument names what is done
FAMILIES = {
    "calendar ": calendar.KINDS,
    "set-up ": set_up.DOCUMENTS,
    "supervise ": (*SUPERVISION, "leave"),
    "force ": STATES,
    "roster ": (*roster_days.KINDS, "doctor", "department"),
}


def recorded(source: ast.Module) -> Iterator[str]:
    """What the calls that write into the audit trail are called with."""
    for node in ast.walk(source):
        if isinstance(node, ast.Call):
            for name, at in WHICH.items():
                if ast.unparse(node.func).endswith(name) and len(node.args) > at:
                    yield from _codes(node.args[at])


def _codes(what: ast.expr) -> Iterator[str]:
    match what:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp(body=one, orelse=other):
            yield from (*_codes(one), *_codes(other))
        case ast.JoinedStr(values=[ast.Constant(value=str(family)), _]):
            yield from (f"{family}{each}" for each in FAMILIES[family])


def test_every_end_of_a_call_is_told_in_words() -> None:
    endings = {*supervision._ENDINGS.values(), *carried_call._REASONS.values(), "released", "silence", "line fault"}
    assert {ending for ending in endings if f"ended.{ending}" not in KEYS} == set()


def test_the_trail_leads_to_the_visit_and_the_patient(admin: Browser, office: Office) -> None:
    admin.send(admin.get("/patients/1").form("/patients/1/money"), what="deposit", amount="20")
    page = admin.get("/settings/trail")
    assert "took money in" in page.text
    assert '<a href="/patients/1">Wang Xiuying</a>' in page.body
    assert "20.00 yuan" in page.text
    assert "cents" not in page.text


def test_where_a_patient_left_a_call_is_told_by_the_place_s_name(admin: Browser, office: Office) -> None:
    now = office.clock.now()
    with office.ledger.transaction() as tx:
        calls.begin(tx, now, "c1", "L1", "13800000001", is_withheld=False)
        calls.describe(tx, "c1", flow="default", flow_version=0, language="zh", patient_id=1)
        calls.conclude(tx, "c1", "left at kind")
        calls.end(tx, now, "c1", "busy tone")
    text = admin.get("/patients/1").text
    assert "left at: kind of visit" in text
    assert "left at kind" not in text
