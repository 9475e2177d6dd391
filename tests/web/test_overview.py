from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import insert

from firmware.storage import schema
from firmware.storage.ledger import Ledger
from tests.web.conftest import NINE, Page, Service, add_call, add_patient, add_text, add_visit
from webui.words import page_texts, preferred_language

HOSTILE = "<script>alert('x')</script>\"'&\u202e\x00 {{words}} % end"


def test_every_line_is_shown_with_what_it_does(page: Page, service: Service) -> None:
    service.reply = {
        "lines": [
            {"name": "L1", "kind": "voice", "state": "busy", "detail": "USR5637", "caller": "13800000001",
             "node": "book.doctor", "since_s": 65.2},
            {"name": "L3", "kind": "gsm", "state": "fault", "detail": "unplugged"},
        ]
    }  # fmt: skip
    body = page(query="lang=en").body
    for words in ("L1", "on a call", "13800000001", "book.doctor", "1:05", "L3", "mobile", "fault", "unplugged"):
        assert words in body


def test_without_the_exchange_the_page_says_so_and_still_shows_the_bookings(
    page: Page, service: Service, ledger: Ledger
) -> None:
    service.reply = None
    with ledger.transaction() as tx:
        add_patient(tx, "王秀英")
        add_visit(tx)
    body = page().body
    assert "电话服务没有运行" in body
    assert "王秀英" in body


def test_visits_stand_by_day_and_doctor(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        add_patient(tx, "Wang Xiuying")
        add_visit(tx, day=date(2026, 3, 10), at=time(9, 15))
        add_visit(tx, state="held")
        add_visit(tx, state="cancelled", at=time(11))
        add_visit(tx, day=date(2026, 2, 24), at=time(10, 45))
    body = page(query="lang=en").body
    assert body.index("08:30") < body.index("09:15")
    assert "Internal medicine · Dr Wang" in body
    assert "being booked" in body
    assert "11:00" not in body
    assert "10:45" not in body


def test_todays_calls_come_newest_first_with_their_outcome(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        add_patient(tx, "Tom Reed")
        add_call(tx, "old", NINE - timedelta(days=1), caller="13800000009")
        add_call(tx, "first", caller="13800000001", patient_id=1, outcome="booked")
        add_call(tx, "second", NINE + timedelta(minutes=5), is_withheld=1, outcome="left at confirm")
        add_call(tx, "third", NINE + timedelta(minutes=9), caller="13800000005", ended_at=None)
    body = page(query="lang=en").body
    assert body.index("in progress") < body.index("left · confirm") < body.index("Tom Reed")
    assert "withheld" in body
    assert "1:05" in body
    assert "09:05:00" in body
    assert "13800000009" not in body


def test_texts_of_both_directions_are_shown(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        add_text(tx, "挂号")
        tx.execute(
            insert(schema.outbox).values(
                number="13800000001", body="【湖滨诊所】已约", purpose="reply", created_at=NINE, state="delivered"
            )
        )
    body = page().body
    assert "挂号" in body
    assert "【湖滨诊所】已约" in body
    assert "已送达" in body


def test_what_strangers_send_is_only_ever_text(page: Page, ledger: Ledger, service: Service) -> None:
    service.reply = {
        "lines": [{"name": HOSTILE, "kind": HOSTILE, "state": HOSTILE, "detail": HOSTILE, "caller": HOSTILE}],
        "notices": [HOSTILE],
    }
    with ledger.transaction() as tx:
        add_patient(tx, HOSTILE)
        add_visit(tx)
        add_call(tx, caller="<b>138", patient_id=1, outcome="<i>at x</i>", end_reason=HOSTILE)
        add_text(tx, HOSTILE, number="'><svg/onload=")
    reply = page()
    assert reply.status == "200 OK"
    for tag in ("<script>alert", "<b>", "<i>", "<svg"):
        assert tag not in reply.body
    assert "&lt;script&gt;alert" in reply.body


def test_a_long_day_stays_one_bounded_page(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        for number in range(300):
            add_text(tx, f"text {number}.")
            add_call(tx, f"c{number}", NINE + timedelta(seconds=number))
    body = page().body
    assert body.count('<p class="body"') == 50
    assert body.count("<tr><td>") == 100
    assert "text 299." in body


@pytest.mark.parametrize(
    ("wish", "browser", "language"),
    [
        ("en", "zh-CN", "en"),
        ("", "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("", "fr,zh-TW;q=0.5,en;q=0.4", "zh"),
        ("xx", "de", "zh"),
        ("", "", "zh"),
        ("", "en;q=nonsense,zh;q=0", "zh"),
        ("", ";q=" * 5000, "zh"),
    ],
)
def test_the_page_speaks_the_readers_language(wish: str, browser: str, language: str) -> None:
    assert preferred_language(wish, browser) == language


def test_every_text_exists_in_both_languages() -> None:
    assert page_texts().missing() == []
