"""Codes that are kept have words in both languages: no page shows a receptionist what programs tell each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import firmware.cli
import webui
from firmware.modem.voice import call, supervision
from firmware.storage import calls
from tests.web.browser import Browser
from webui.office import Office
from webui.words import page_texts

KEYS = frozenset(page_texts().keys())


def test_everything_that_staff_can_do_has_a_name_in_the_audit_trail() -> None:
    folders = [Path(str(package.__file__)).parent for package in (webui, firmware.cli)]
    files = [file for folder in folders for file in folder.rglob("*.py") if "node_modules" not in file.parts]
    codes = {code for file in files for code in recorded(ast.parse(file.read_text(encoding="utf-8")))}
    assert len(codes) > 50
    assert {code for code in codes if f"did.{code}" not in KEYS} == set()


def recorded(source: ast.Module) -> Iterator[str]:
    """What `changing(...)` is called with, where that stands in the source."""
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "changing":
            (what,) = node.args
            for each in (what.body, what.orelse) if isinstance(what, ast.IfExp) else (what,):
                if isinstance(each, ast.Constant):
                    yield str(each.value)


def test_every_end_of_a_call_is_told_in_words() -> None:
    endings = {*supervision._ENDINGS.values(), *call._REASONS.values(), "released", "silence", "line fault"}
    assert {ending for ending in endings if f"ended.{ending}" not in KEYS} == set()


def test_the_trail_leads_to_the_visit_and_the_patient(admin: Browser, office: Office) -> None:
    admin.send(admin.get("/patients/1").form("/patients/1/money"), what="deposit", amount="20")
    page = admin.get("/settings/trail")
    assert "took money in" in page.text
    assert 'href="/patients/1"' in page.body


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
